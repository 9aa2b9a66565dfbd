#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "checkpoint/epoch_coordinator.hpp"

namespace millrace {

/// What subtasks say about the epochs under way, collected until the last one has spoken: the
/// coordinator has nothing to decide before, and each time it is woken costs more than the report.
/// Safe from any thread.
class EpochReports {
 public:
  /// `num_subtasks`: how many report each epoch.
  explicit EpochReports(std::size_t num_subtasks) : num_subtasks_(num_subtasks) {}

  /// True when nobody else has to report this epoch: time to `take`.
  bool add(SubtaskReport report) {
    const std::lock_guard lock(mutex_);
    auto open = std::find_if(open_.begin(), open_.end(),
                             [&](const Open& each) { return each.epoch == report.epoch; });
    if (open == open_.end()) open = open_.insert(open, {report.epoch, 0});
    waiting_.push_back(std::move(report));
    if (++open->num_reports < num_subtasks_) return false;
    open_.erase(open);
    return true;
  }

  /// All that nobody has taken yet, in the order in which they came.
  std::vector<SubtaskReport> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }

 private:
  struct Open {
    Epoch epoch;
    std::size_t num_reports;
  };

  const std::size_t num_subtasks_;
  std::mutex mutex_;  // guards what follows
  std::vector<Open> open_;
  std::vector<SubtaskReport> waiting_;
};

}  // namespace millrace
