#pragma once

#include <chrono>

namespace millrace {

using SteadyClock = std::chrono::steady_clock;

/// No task works longer than this before others have their turn.
constexpr std::chrono::microseconds kSliceBudget{200};

/// The time that a thread has for a task and for those it hands records to. It remembers the time that was
/// read last, because reading the clock costs as much as handing over a record: each task reads it once,
/// after its work, and the next one begins there. Not thread-safe.
class TimeSlice {
 public:
  /// Begins now and has the whole budget.
  TimeSlice() : now_(SteadyClock::now()), deadline_(now_ + kSliceBudget) {}
  /// Over from the start: a task handles one event.
  static TimeSlice one_event() {
    TimeSlice slice;
    slice.deadline_ = SteadyClock::time_point::min();
    return slice;
  }

  /// The time read last.
  SteadyClock::time_point now() const { return now_; }
  SteadyClock::time_point read_clock() { return now_ = SteadyClock::now(); }
  /// By the time read last.
  bool is_over() const { return now_ >= deadline_; }
  /// The whole budget again, from the time read last.
  void renew() { deadline_ = now_ + kSliceBudget; }

 private:
  SteadyClock::time_point now_;
  SteadyClock::time_point deadline_;
};

}  // namespace millrace
