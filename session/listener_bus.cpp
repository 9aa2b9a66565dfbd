#include "session/listener_bus.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace millrace {

struct ListenerBus::State {
  void run();
  std::vector<std::shared_ptr<StreamingQueryListener>> all() const {
    const std::lock_guard lock(mutex);
    return listeners;
  }

  // Jobs and users post, the bus's thread takes: rare, so a lock will do.
  mutable std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::vector<std::shared_ptr<StreamingQueryListener>> listeners;
  std::deque<std::function<void()>> tasks;
  bool closed = false;
  std::thread thread;
};

void ListenerBus::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return closed || !tasks.empty(); });
    if (tasks.empty()) return;
    std::function<void()> task = std::move(tasks.front());
    tasks.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

ListenerBus::ListenerBus() : state_(std::make_shared<State>()) {}

ListenerBus::~ListenerBus() { close(); }

void ListenerBus::add(std::shared_ptr<StreamingQueryListener> listener) {
  const std::lock_guard lock(state_->mutex);
  state_->listeners.push_back(std::move(listener));
}

void ListenerBus::remove(const StreamingQueryListener* listener) {
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->listeners, [&](const auto& known) { return known.get() == listener; });
}

void ListenerBus::tell_now(const Call& call) const {
  for (const auto& listener : state_->all()) call(*listener);
}

void ListenerBus::tell(Call call) {
  post([state = state_.get(), call = std::move(call)] {
    for (const auto& listener : state->all()) call(*listener);
  });
}

void ListenerBus::post(std::function<void()> task) {
  const std::lock_guard lock(state_->mutex);
  if (state_->closed) return;
  // The thread keeps what it works with: the bus may be closed by a listener.
  if (!state_->thread.joinable()) state_->thread = std::thread([state = state_] { state->run(); });
  state_->tasks.push_back(std::move(task));
  state_->changed.notify_one();
}

void ListenerBus::close() {
  std::thread thread;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    state_->changed.notify_one();
    thread = std::move(state_->thread);
  }
  if (!thread.joinable()) return;
  if (thread.get_id() == std::this_thread::get_id())
    thread.detach();
  else
    thread.join();
}

}  // namespace millrace
