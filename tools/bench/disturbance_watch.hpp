#pragma once

#include <dirent.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "tools/bench/disturbances.hpp"

namespace millrace::bench {

/// What other programs did to measured processes: a thread asks the kernel every 10 ms what each of their threads ran
/// and waited (schedstat of /proc). Costs the core that it runs on some 30 us each time.
class DisturbanceWatch {
 public:
  // Kernel threads that write for a system with durable state are its own doing.
  static constexpr std::int64_t kLeastNs = 50'000, kLeastOfDurableNs = 300'000;

  /// `core`: where the thread runs; best that of the load.
  DisturbanceWatch(const std::vector<pid_t>& processes, int core, std::int64_t least_ns = kLeastNs);
  ~DisturbanceWatch() { stop(); }
  DisturbanceWatch(const DisturbanceWatch&) = delete;
  DisturbanceWatch& operator=(const DisturbanceWatch&) = delete;

  void stop();
  /// Of the watching thread; 0 until it runs.
  pid_t thread_id() const { return thread_id_; }
  /// Requires: stopped. The time is of the steady clock, ns.
  bool was_disturbed(std::int64_t at_ns) const { return disturbances_.contain(at_ns); }

 private:
  /// A thread of a measured process.
  struct Watched {
    pid_t id;
    int schedstat_fd;
    std::int64_t ran_before = -1, waited_before = 0;
  };

  void watch(int core);
  void find_threads();
  void find_threads_of(DIR* tasks);
  void look();
  void read(Watched& thread, ThreadLook& look);

  std::atomic<bool> is_stopped_{false};
  std::atomic<pid_t> thread_id_{0};
  // Of the thread until it is joined. Nothing is allocated once all threads are known.
  std::vector<DIR*> processes_;  // their folders `task`
  std::vector<Watched> threads_;
  std::vector<ThreadLook> looks_;  // at the same threads
  Disturbances disturbances_;
  std::int64_t last_look_ = 0;
  std::size_t num_looks_ = 0, num_known_ = 0;
  std::thread thread_;
};

}  // namespace millrace::bench
