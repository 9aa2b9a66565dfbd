#pragma once

#include "checkpoint/base_image.hpp"

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace millrace {

/// Builds base images one after the other on a thread of low priority, at a limited rate, so that
/// the thread of the store never waits for one. Where that thread shares the job's only core, it works in
/// portions of 50 us and rests between them instead. Used by the thread of the store only.
class BaseImageBuilder {
 public:
  /// `core_of_job`: the only one that the job has, if it has only one.
  BaseImageBuilder(FileSystem& files, std::string location, std::string query_id,
                   std::optional<int> core_of_job)
      : files_(files),
        location_(std::move(location)),
        query_id_(std::move(query_id)),
        core_of_job_(core_of_job) {}
  /// Gives up what is under way.
  ~BaseImageBuilder();

  /// Requires: the last result was taken.
  void start(std::uint64_t last_segment);
  /// The same on the calling thread.
  void build(std::uint64_t last_segment);
  /// Normal priority and less rest: the journal grows faster than images come.
  void hurry();
  /// What `start` came to, once.
  std::optional<Result<BaseManifest>> take_result();

 private:
  using Clock = std::chrono::steady_clock;

  void take_low_priority();
  void run(const BaseImagePlan& plan);
  bool pace(std::uint64_t num_bytes);
  void rest();
  void finish(Result<BaseManifest> result);

  FileSystem& files_;
  const std::string location_;
  const std::string query_id_;
  // None: the job has several.
  const std::optional<int> core_of_job_;
  std::thread thread_;
  // Bytes written since the last pause; of the building thread.
  std::uint64_t unpaced_ = 0;
  // When the building thread last rested.
  Clock::time_point rested_at_;

  // Guards everything below.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Result<BaseManifest>> result_;
  pid_t thread_id_ = 0;  // of the building thread while it builds, else 0
  bool is_closing_ = false;
  bool is_urgent_ = false;
};

}  // namespace millrace
