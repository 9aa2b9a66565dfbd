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

/// The run whose first time is the earliest; of equal ones the first, which was filled first. kRuns when
/// all are empty.
std::size_t RisingTimers::first_run() const {
  std::size_t first = kRuns;
  for (std::size_t i = 0; i < kRuns; ++i) {
    if (runs_[i].timers.empty()) continue;
    const bool is_first = first == kRuns || runs_[i].timers.front().time < runs_[first].timers.front().time;
    if (is_first) first = i;
  }
  return first;
}

std::byte* RisingTimers::take_due(std::int64_t limit) {
  const std::size_t first = first_run();
  const bool is_empty = first == kRuns;
  const bool is_stray_first =
      !strays_.empty() &&
      (is_empty || strays_.front().timer.time < runs_[first].timers.front().time);
  if (is_stray_first) return strays_.front().timer.time <= limit ? take_stray() : nullptr;
  if (is_empty || runs_[first].timers.front().time > limit) return nullptr;
  std::byte* value = runs_[first].timers.front().value;
  runs_[first].timers.pop_front();
  return value;
}

std::byte* RisingTimers::take_stray() {
  std::pop_heap(strays_.begin(), strays_.end());
  std::byte* value = strays_.back().timer.value;
  strays_.pop_back();
  return value;
}

std::optional<std::int64_t> RisingTimers::first_time() const {
  const std::size_t first = first_run();
  std::optional<std::int64_t> time;
  if (first != kRuns) time = runs_[first].timers.front().time;
  if (strays_.empty()) return time;
  return std::min(strays_.front().timer.time, time.value_or(strays_.front().timer.time));
}

std::byte* RisingTimers::ahead(std::size_t count) const {
  const std::size_t first = first_run();
  if (first == kRuns || runs_[first].timers.size() <= count) return nullptr;
  return runs_[first].timers[count].value;
}

std::size_t RisingTimers::bytes_used() const {
  std::size_t bytes = strays_.capacity() * sizeof(Stray);
  for (const Run& run : runs_) bytes += run.timers.size() * sizeof(Timer);
  return bytes;
}

}  // namespace millrace
