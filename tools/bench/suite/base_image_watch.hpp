#pragma once

#include <cstdint>
#include <filesystem>
#include <thread>
#include <vector>

namespace millrace::bench {

/// Says when a job builds base images of its checkpoint: while `base` holds a file `*.img.tmp`. A thread that
/// sleeps until the kernel tells it of a file, so that nothing is taken from who is measured.
class BaseImageWatch {
 public:
  BaseImageWatch() = default;
  ~BaseImageWatch() { stop(); }
  BaseImageWatch(const BaseImageWatch&) = delete;
  BaseImageWatch& operator=(const BaseImageWatch&) = delete;

  /// `location`: a checkpoint location that a job has opened.
  void start(const std::filesystem::path& location);
  void stop();

  /// One was being built at that time (steady clock, ns). Requires: stopped.
  bool was_building(std::int64_t at_ns) const;

 private:
  struct Interval {
    std::int64_t from_ns = 0, to_ns = 0;
  };
  void watch();
  void note(bool is_building);

  int events_fd_ = -1;
  int folder_watch_ = -1;
  std::thread thread_;
  std::vector<Interval> built_;  // of the thread; the last is open while an image is being built
};

}  // namespace millrace::bench
