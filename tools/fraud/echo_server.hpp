#pragma once

#include "records/tcp.hpp"

#include <thread>

namespace millrace::fraud {

/// The floor under every latency: sends back what it receives, on a thread that sleeps until something
/// comes, or with `spin` asks again and again. One client.
class EchoServer {
 public:
  explicit EchoServer(bool spin = false);
  ~EchoServer();
  int port() const { return local_port(listener_.get()); }

 private:
  void serve();
  void echo_all(int client);

  const bool spin_;
  Descriptor listener_;
  std::jthread thread_;
};

}  // namespace millrace::fraud
