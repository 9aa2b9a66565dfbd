#pragma once

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace {

/// Control messages for one task, in order. Rare (a few an epoch), so a lock is cheap; the flag spares
/// the running task the lock when there is nothing. `put` from any thread, `take` by the running task.
template <class Message>
class ControlInbox {
 public:
  void put(Message message) {
    std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    // release: pairs with the acquire in `take`.
    waiting_.store(true, std::memory_order_release);
  }
  std::vector<Message> take() {
    if (!waiting_.load(std::memory_order_acquire)) return {};
    std::lock_guard lock(mutex_);
    waiting_.store(false, std::memory_order_relaxed);
    return std::exchange(messages_, {});
  }

 private:
  std::mutex mutex_;  // guards messages_
  std::vector<Message> messages_;
  std::atomic<bool> waiting_{false};
};

}  // namespace millrace
