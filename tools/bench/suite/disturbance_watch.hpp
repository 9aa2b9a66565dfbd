#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::bench {

/// Says when programs that are not measured held a core that a measured one was ready to run on. Every 10 ms a thread asks the
/// kernel how long each thread of the measured processes waited for its core (`run_delay` of /proc/*/schedstat);
/// what threads of the same processes on the same core used meanwhile is taken off, so that what a system does
/// to itself counts as its own. Costs the core it runs on about 20 us each time.
class DisturbanceWatch {
 public:
  /// `core`: where the thread runs; best that of the load.
  DisturbanceWatch(std::vector<pid_t> processes, int core);
  ~DisturbanceWatch() { stop(); }
  DisturbanceWatch(const DisturbanceWatch&) = delete;
  DisturbanceWatch& operator=(const DisturbanceWatch&) = delete;

  void stop();
  /// Whether a record that was due then (steady clock, ns) met a core that others held, or what had piled up behind
  /// one. Requires: stopped.
  bool was_disturbed(std::int64_t at_ns) const;

 private:
  struct Interval {
    std::int64_t from_ns, to_ns;
  };
  /// A thread of a measured process, and what it has used and waited since the last look.
  struct Watched {
    pid_t id;
    int schedstat_fd;
    int core;
    std::int64_t ran_ns = 0, waited_ns = 0;
    std::int64_t ran_before = -1, waited_before = 0;
  };

  void watch(int core);
  void find_threads();
  void find_threads_of(pid_t process);
  void look(std::int64_t now);
  void read(Watched& thread);
  std::int64_t longest_wait() const;
  std::int64_t wait_of_core(int core) const;

  const std::vector<pid_t> processes_;
  std::atomic<bool> is_stopped_{false};
  // Of the thread until it is joined.
  std::vector<Watched> threads_;
  std::vector<Interval> disturbed_;
  std::int64_t last_look_ = 0;
  std::thread thread_;
};

}  // namespace millrace::bench
