#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>

namespace millrace::bench {

/// What the kernel has counted for a process up to now, all threads together.
struct ProcessCost {
  std::int64_t cpu_ns = 0;
  std::int64_t run_delay_ns = 0;  // ready to run, but not running
  std::int64_t num_waits = 0;     // voluntary context switches
  std::int64_t num_preemptions = 0;
  std::int64_t resident_kib = 0;  // now

  ProcessCost operator-(const ProcessCost& earlier) const;
};
/// Of its threads that live now, but for those that do not count. Zeros for a process that is gone.
ProcessCost cost_of(pid_t pid, std::initializer_list<pid_t> without_threads = {});

/// Time that the hypervisor took from all cores since the machine started, in nanoseconds.
std::int64_t stolen_ns();

/// What a slice was disturbed by. A slice is dirty when the engine waited for a core for over 1 % of the time, the
/// hypervisor took over 1 %, or the generator, which never sleeps, stood still for over 2 ms.
struct Disturbance {
  double run_delay_share = 0;
  double steal_share = 0;
  std::int64_t largest_gap_ns = 0;

  bool is_dirty() const {
    return run_delay_share > 0.01 || steal_share > 0.01 || largest_gap_ns > 2'000'000;
  }
};

}  // namespace millrace::bench
