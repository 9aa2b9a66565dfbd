#pragma once

#include "actors/time_slice.hpp"
#include "metrics/counters.hpp"

namespace millrace {

/// Reads the clock, and counts the time since it was read last as work of the subtask itself. What a task
/// spends on running others (inline hand-off) is theirs, because they read it too.
inline void add_busy(SubtaskCounters& counters, TimeSlice& slice) {
  const SteadyClock::time_point begin = slice.now();
  counters.busy_ns.add(std::chrono::nanoseconds(slice.read_clock() - begin).count());
}

}  // namespace millrace
