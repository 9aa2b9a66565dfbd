#pragma once

#include <atomic>
#include <cstdint>

namespace millrace {

/// One word that decides who runs a task: nobody twice, and no signal is lost. Safe from any thread.
///
///     signaller:  put something into the task's channel;  if (raise()) run or schedule the task
///     runner:     do { begin();  drain; } while (!end());
///
/// Every step is a read-modify-write, so the runner's `begin` reads from the release sequence of the
/// signallers and sees what they enqueued; a plain load as a shortcut would bring lost wake-ups back.
class WorkSignal {
 public:
  /// There is work. True when the caller now owns the task and must run it or have it run.
  bool raise() {
    return (state_.fetch_or(kPending | kActive, std::memory_order_acq_rel) & kActive) == 0;
  }
  /// Before draining. Requires: the caller owns the task.
  void begin() { state_.fetch_and(~kPending, std::memory_order_acq_rel); }
  /// After draining: true when the task is given up, false when a signal came meanwhile and the caller
  /// still owns it.
  bool end() {
    std::uint32_t expected = kActive;
    return state_.compare_exchange_strong(expected, 0, std::memory_order_acq_rel);
  }
  /// After stopping early: keeps the task owned, so that whoever it is handed to runs it again.
  void stay() { state_.fetch_or(kPending, std::memory_order_acq_rel); }

 private:
  static constexpr std::uint32_t kPending = 1;
  static constexpr std::uint32_t kActive = 2;
  std::atomic<std::uint32_t> state_{0};
};

}  // namespace millrace
