#pragma once

#include <functional>
#include <utility>

#include "actors/control_inbox.hpp"
#include "actors/task_cell.hpp"

namespace millrace {

/// A task that runs calls one by one, in the order in which they were put. `put` from any thread; the caller
/// signals the task's cell afterwards.
class CallTask final : public Task {
 public:
  void put(std::function<void()> call) { inbox_.put(std::move(call)); }
  /// Runs all that wait: calls are short and few.
  SliceEnd run_slice(TimeSlice& slice) override {
    for (const auto& call : inbox_.take()) call();
    slice.read_clock();
    return SliceEnd::Idle;
  }

 private:
  ControlInbox<std::function<void()>> inbox_;
};

}  // namespace millrace
