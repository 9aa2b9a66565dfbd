#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "actors/time_slice.hpp"

namespace millrace {

/// Calls that wait for their time, for threads that look between two slices of work instead of being
/// interrupted. Safe from any thread; looking costs one load.
class TimerQueue {
 public:
  using Time = SteadyClock::time_point;

  /// True when no other call comes before this one: who sleeps until `next` must wake up.
  bool add(Time time, std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    const auto place = calls_.emplace(time, std::move(call));
    if (place != calls_.begin()) return false;
    note_next();
    return true;
  }
  /// The time of the first call; Time::max() when there is none.
  Time next() const { return Time(Time::duration(next_.load(std::memory_order_acquire))); }
  /// Calls whose time has come, in the order of their times.
  std::vector<std::function<void()>> take_due(Time now) {
    std::vector<std::function<void()>> due;
    if (now < next()) return due;
    const std::lock_guard lock(mutex_);
    const auto end = calls_.upper_bound(now);
    for (auto call = calls_.begin(); call != end; ++call) due.push_back(std::move(call->second));
    calls_.erase(calls_.begin(), end);
    note_next();
    return due;
  }

 private:
  void note_next() {
    const Time first = calls_.empty() ? Time::max() : calls_.begin()->first;
    // release: pairs with the acquire in `next`.
    next_.store(first.time_since_epoch().count(), std::memory_order_release);
  }

  std::mutex mutex_;  // guards calls_
  std::multimap<Time, std::function<void()>> calls_;
  std::atomic<Time::rep> next_{Time::max().time_since_epoch().count()};
};

}  // namespace millrace
