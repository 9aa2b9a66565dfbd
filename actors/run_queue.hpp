#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "actors/task_cell.hpp"

namespace millrace {

/// Tasks that wait for one thread to run them, in order, until it closes the queue. Rare beside
/// records (a few tasks an epoch), so a lock is cheap; the flag spares the running thread the lock when
/// there is nothing. `put` from any thread, the rest by the running one.
class RunQueue {
 public:
  /// False when the queue is closed: then the task is not taken.
  bool put(TaskCell& cell) {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    cells_.push_back(&cell);
    // release: pairs with the acquire in `is_empty`.
    waiting_.store(true, std::memory_order_release);
    return true;
  }
  bool is_empty() const { return !waiting_.load(std::memory_order_acquire); }
  /// All that wait, in `cells`, whose storage is reused.
  void take(std::vector<TaskCell*>& cells) {
    cells.clear();
    std::lock_guard lock(mutex_);
    waiting_.store(false, std::memory_order_relaxed);
    cells_.swap(cells);
  }
  /// Takes what waits and takes in nothing more.
  void close(std::vector<TaskCell*>& cells) {
    cells.clear();
    std::lock_guard lock(mutex_);
    closed_ = true;
    cells_.swap(cells);
  }

 private:
  std::mutex mutex_;  // guards cells_ and closed_
  std::vector<TaskCell*> cells_;
  bool closed_ = false;
  std::atomic<bool> waiting_{false};
};

}  // namespace millrace
