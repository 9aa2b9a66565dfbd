#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "actors/time_slice.hpp"
#include "actors/work_signal.hpp"
#include "records/event.hpp"

namespace millrace {

/// Idle: nothing to do until the next signal. Budget: more to do, the time is up.
enum class SliceEnd { Idle, Budget };

/// The work of one subtask, in slices. `run_slice` is never called by two threads at once.
class Task {
 public:
  virtual ~Task() = default;
  /// Works until there is nothing to do or the slice is over.
  virtual SliceEnd run_slice(TimeSlice& slice) = 0;
  /// Takes an event of its only input past the channel, where nothing waits: it is what `run_slice` begins
  /// with. False, and the event is left alone, when it must go through the channel. Requires: claimed.
  virtual bool take_directly(Event& /*event*/) { return false; }
};

/// A task together with the word that says who runs it and the way to its actor. Everybody who feeds
/// the task holds a reference to its cell; the job owns it.
class TaskCell {
 public:
  /// `poke` makes the task's actor call `run` soon; safe from any thread.
  void attach(std::unique_ptr<Task> task, std::function<void()> poke, bool may_run_inline) {
    task_ = std::move(task);
    poke_ = std::move(poke);
    may_run_inline_ = may_run_inline;
  }

  void set_poke(std::function<void()> poke) { poke_ = std::move(poke); }

  /// There is work: pokes the actor unless somebody runs the task already. Safe from any thread.
  void signal() {
    if (signal_.raise()) poke_();
  }
  /// There is work, and the caller would run it: true when it must call `run` (or `hand_back`).
  bool claim() { return signal_.raise(); }
  /// Gives a claimed task to its actor.
  void hand_back() { poke_(); }

  /// Runs the task. Requires: claimed, or called by the actor for a poke.
  void run(TimeSlice& slice) {
    for (;;) {
      signal_.begin();
      if (task_->run_slice(slice) == SliceEnd::Budget) {
        signal_.stay();
        return poke_();
      }
      if (signal_.end()) return;
    }
  }

  /// One slice by a thread that no other ever runs the task beside: true when there is nothing left to
  /// do and no signal came meanwhile. Requires: claimed.
  bool run_owned(TimeSlice& slice) {
    signal_.begin();
    return task_->run_slice(slice) == SliceEnd::Idle && signal_.end();
  }

  bool may_run_inline() const { return may_run_inline_; }
  Task& task() { return *task_; }
  /// Drops the task and what it holds. Requires: nobody runs it any more.
  void detach() {
    task_.reset();
    poke_ = nullptr;
  }

 private:
  WorkSignal signal_;
  // Fixed before the job starts.
  std::unique_ptr<Task> task_;
  std::function<void()> poke_;
  bool may_run_inline_ = false;
};

}  // namespace millrace
