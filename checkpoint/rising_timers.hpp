#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace millrace {

/// Values by the time at which they fall due, for values that mostly have a time of their own and come
/// with times that mostly rise: such a time is added and taken in O(1), any other in O(log n), without
/// a node each. TimerIndex is for many values of few times. Taken out one at a time, so that a large
/// eviction may stop and go on. A value may be in several timers. Not thread-safe.
class RisingTimers {
 public:
  void add(std::int64_t time, std::byte* value);
  /// The first value due at or before `limit`, or null: by time, then in the order of `add`.
  std::byte* take_due(std::int64_t limit);
  std::optional<std::int64_t> first_time() const;
  /// A value that is likely to be taken after `count` others, to fetch its memory; or null.
  std::byte* ahead(std::size_t count) const;
  /// Memory of the timers that wait.
  std::size_t bytes_used() const;

 private:
  struct Timer {
    std::int64_t time;
    std::byte* value;
  };
  /// Timers whose times rise. A time goes to the first run that it fits behind.
  struct Run {
    std::deque<Timer> timers;
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
  };
  struct Stray {
    Timer timer;
    std::uint64_t number;
    /// Order of the heap, whose front is the greatest.
    bool operator<(const Stray& other) const {
      return timer.time != other.timer.time ? timer.time > other.timer.time : number > other.number;
    }
  };
  // Several, since rows of several writers interleave and one row far ahead stops a run.
  static constexpr std::size_t kRuns = 4;

  std::size_t first_run() const;
  std::byte* take_stray();

  Run runs_[kRuns];
  // A heap of what fits behind no run.
  std::vector<Stray> strays_;
  std::uint64_t num_strays_added_ = 0;
};

}  // namespace millrace
