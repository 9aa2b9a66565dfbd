#pragma once

#include "actors/task_cell.hpp"
#include "metrics/counters.hpp"

#include <chrono>

namespace millrace {

/// Counts the time since `begin` as work of the subtask itself; gives the time now. What a task
/// spends on running others (inline hand-off) is theirs.
inline SteadyClock::time_point add_busy(SubtaskCounters& counters, SteadyClock::time_point begin) {
  const SteadyClock::time_point now = SteadyClock::now();
  counters.busy_ns.add(std::chrono::nanoseconds(now - begin).count());
  return now;
}

}  // namespace millrace
