#pragma once

#include "records/connection.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace millrace {

/// A thread that sends what connections could not take at once, and takes in clients of a listening
/// socket. Sinks have no descriptor that the runtime waits on, so a sink on sockets brings this
/// one.
class ConnectionFlusher {
 public:
  struct Callbacks {
    /// All bytes that waited on a connection are sent, or its peer is gone. From the flusher's
    /// thread.
    std::function<void()> on_drained;
    /// A client came. From the flusher's thread.
    std::function<void(std::shared_ptr<Connection>)> on_client;
  };

  /// `listener` may be empty.
  ConnectionFlusher(Callbacks callbacks, Descriptor listener);
  ~ConnectionFlusher();

  /// Sends what waits on `connection` as soon as the peer takes it. Safe to call from any thread.
  void watch(const std::shared_ptr<Connection>& connection);
  int listening_port() const { return listener_ ? local_port(listener_.get()) : -1; }

 private:
  void run();
  void flush(int fd);
  void accept_clients();

  const Callbacks callbacks_;
  Descriptor listener_;
  Descriptor epoll_;
  Descriptor stop_;
  std::mutex mutex_;  // guards `watched_`: sinks add, the thread removes
  std::unordered_map<int, std::shared_ptr<Connection>> watched_;
  std::thread thread_;
};

}  // namespace millrace
