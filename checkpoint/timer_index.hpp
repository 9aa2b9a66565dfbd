#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace millrace {

/// A time in a value of a state table; zero bytes: none.
struct StateTimer {
  std::int64_t micros;
  /// 0: no; else greater than in every timer set before, so that a restart keeps the order.
  std::int64_t is_set;
};

/// Values of a state table by the time at which they fall due (microseconds). Taken out one at a
/// time, so that a large eviction may stop and go on. Not thread-safe.
class TimerIndex {
 public:
  TimerIndex() = default;
  TimerIndex(const TimerIndex&) = delete;
  TimerIndex& operator=(const TimerIndex&) = delete;

  /// Requires: `value` is in no timer yet.
  void add(std::int64_t time, std::byte* value) {
    if (last_ == buckets_.end() || last_->first != time) last_ = buckets_.try_emplace(time).first;
    last_->second.values.push_back(value);
    ++size_;
  }

  /// The same for a timer that lies in the value, so that a checkpoint brings it back.
  void set(StateTimer& timer, std::int64_t time, std::byte* value) {
    timer = {time, ++last_set_};
    add(time, value);
  }

  /// A timer that a checkpoint brought back and the value that holds it.
  struct Restored {
    StateTimer timer;
    std::byte* value;
  };
  /// Adds timers in the order in which they were set.
  void restore(std::vector<Restored> timers);

  /// The first value due at or before `limit`, or null: by time, then in the order of `add`.
  std::byte* take_due(std::int64_t limit) {
    auto first = buckets_.begin();
    if (first == buckets_.end() || first->first > limit) return nullptr;
    std::byte* value = first->second.values[first->second.taken++];
    --size_;
    if (first->second.taken == first->second.values.size()) {
      if (last_ == first) last_ = buckets_.end();
      buckets_.erase(first);
    }
    return value;
  }

  void clear() {
    buckets_.clear();
    last_ = buckets_.end();
    size_ = 0;
  }

  std::optional<std::int64_t> first_time() const {
    return buckets_.empty() ? std::nullopt : std::optional(buckets_.begin()->first);
  }
  std::size_t size() const { return size_; }

 private:
  struct Bucket {
    std::vector<std::byte*> values;
    std::size_t taken = 0;
  };
  std::map<std::int64_t, Bucket> buckets_;
  std::map<std::int64_t, Bucket>::iterator last_ = buckets_.end();
  std::size_t size_ = 0;
  std::int64_t last_set_ = 0;
};

inline void TimerIndex::restore(std::vector<Restored> timers) {
  auto was_set_before = [](const Restored& a, const Restored& b) {
    return a.timer.is_set < b.timer.is_set;
  };
  std::stable_sort(timers.begin(), timers.end(), was_set_before);
  for (const Restored& one : timers) add(one.timer.micros, one.value);
  if (!timers.empty()) last_set_ = std::max(last_set_, timers.back().timer.is_set);
}

}  // namespace millrace
