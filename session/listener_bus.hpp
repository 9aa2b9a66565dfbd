#pragma once

#include "session/streaming_query_listener.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace millrace {

/// Brings what happens to queries to the listeners of a session, in order, on a thread of its own:
/// a listener that is slow, or stops a query, holds up no job. Safe to call from any thread.
class ListenerBus {
 public:
  using Call = std::function<void(StreamingQueryListener&)>;

  ListenerBus();
  ~ListenerBus();

  void add(std::shared_ptr<StreamingQueryListener> listener);
  void remove(const StreamingQueryListener* listener);

  /// Calls every listener from this thread.
  void tell_now(const Call& call) const;
  /// Calls every listener later.
  void tell(Call call);
  /// Runs `task` on the bus's thread after what was told before. Nothing after `close`.
  void post(std::function<void()> task);
  /// Runs what was posted and ends the thread.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace
