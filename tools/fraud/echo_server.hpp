#pragma once

#include "records/tcp.hpp"

#include <thread>

namespace millrace::fraud {

/// The floor under every latency: sends back what it receives, on a thread that sleeps in `recv`.
/// One client at a time.
class EchoServer {
 public:
  EchoServer();
  ~EchoServer();
  int port() const { return local_port(listener_.get()); }

 private:
  void serve();

  Descriptor listener_;
  std::jthread thread_;
};

}  // namespace millrace::fraud
