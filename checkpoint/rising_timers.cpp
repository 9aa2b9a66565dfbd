#include "checkpoint/rising_timers.hpp"

#include <algorithm>

namespace millrace {

void RisingTimers::add(std::int64_t time, std::byte* value) {
  for (Run& run : runs_) {
    // A value that is never due would stop the run.
    if (time < run.last || time == std::numeric_limits<std::int64_t>::max()) continue;
    run.last = time;
    run.timers.push_back({time, value});
    return;
  }
  strays_.push_back({{time, value}, num_strays_added_++});
  std::push_heap(strays_.begin(), strays_.end());
}

/// The run whose first time is the earliest; of equal ones the first, which was filled first. Null
/// when all are empty.
RisingTimers::Run* RisingTimers::first_run() {
  Run* first = nullptr;
  for (Run& run : runs_) {
    if (run.timers.empty()) continue;
    if (first == nullptr || run.timers.front().time < first->timers.front().time) first = &run;
  }
  return first;
}

std::byte* RisingTimers::take_due(std::int64_t limit) {
  Run* run = first_run();
  const bool is_stray_first = !strays_.empty() && (run == nullptr || strays_.front().timer.time <
                                                                         run->timers.front().time);
  if (is_stray_first) return strays_.front().timer.time <= limit ? take_stray() : nullptr;
  if (run == nullptr || run->timers.front().time > limit) return nullptr;
  std::byte* value = run->timers.front().value;
  run->timers.pop_front();
  return value;
}

std::byte* RisingTimers::take_stray() {
  std::pop_heap(strays_.begin(), strays_.end());
  std::byte* value = strays_.back().timer.value;
  strays_.pop_back();
  return value;
}

std::optional<std::int64_t> RisingTimers::first_time() const {
  const Run* run = first_run();
  if (strays_.empty())
    return run == nullptr ? std::nullopt : std::optional(run->timers.front().time);
  const std::int64_t stray = strays_.front().timer.time;
  return run == nullptr ? stray : std::min(stray, run->timers.front().time);
}

std::byte* RisingTimers::ahead(std::size_t count) const {
  const Run* run = first_run();
  return run == nullptr || run->timers.size() <= count ? nullptr : run->timers[count].value;
}

void RisingTimers::clear() {
  for (Run& run : runs_) run = {};
  strays_.clear();
}

}  // namespace millrace
