#include "tools/bench/disturbances.hpp"

#include <algorithm>
#include <map>

namespace millrace::bench {

namespace {

struct Core {
  std::int64_t ran_ns = 0;
  ThreadLook busiest;
};

/// The longest wait of a core's busiest thread for others than measured threads.
std::int64_t wait_for_others(std::span<const ThreadLook> threads) {
  std::map<int, Core> cores;
  for (const ThreadLook& thread : threads) {
    if (thread.core < 0) continue;
    Core& core = cores[thread.core];
    core.ran_ns += thread.ran_ns;
    if (thread.ran_ns > core.busiest.ran_ns) core.busiest = thread;
  }
  std::int64_t longest = 0;
  for (const auto& [number, core] : cores) {
    const std::int64_t own = core.ran_ns - core.busiest.ran_ns;
    longest = std::max(longest, core.busiest.waited_ns - own);
  }
  return longest;
}

}  // namespace

void Disturbances::add(std::int64_t from_ns, std::int64_t to_ns,
                       std::span<const ThreadLook> threads) {
  const std::int64_t wait = wait_for_others(threads);
  if (wait <= least_ns_) return;
  // The kernel counts a wait when it is over: it may have begun before the last look.
  Interval interval{from_ns - wait, to_ns + wait};
  while (!intervals_.empty() && intervals_.back().to_ns >= interval.from_ns) {
    interval.from_ns = std::min(interval.from_ns, intervals_.back().from_ns);
    interval.to_ns = std::max(interval.to_ns, intervals_.back().to_ns);
    intervals_.pop_back();
  }
  intervals_.push_back(interval);
}

bool Disturbances::contain(std::int64_t at_ns) const {
  const auto behind = std::partition_point(
      intervals_.begin(), intervals_.end(),
      [at_ns](const Interval& interval) { return interval.to_ns <= at_ns; });
  return behind != intervals_.end() && behind->from_ns <= at_ns;
}

}  // namespace millrace::bench
