#pragma once

#include "records/result.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// `host:port` as users write and read it.
struct Endpoint {
  std::string host;
  int port = 0;
  std::string to_string() const { return host + ":" + std::to_string(port); }
};

/// An address of an endpoint, resolved.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Addresses of an endpoint, IPv4 first. Blocks for name look-ups. `who` begins the error text.
Result<std::vector<SocketAddress>> resolve(const std::string& who, const Endpoint& endpoint);
/// Connects within `timeout_ms`, trying each address. The socket does not block and has
/// TCP_NODELAY.
Result<Descriptor> connect_to(const std::string& who, const Endpoint& endpoint, int timeout_ms);
/// Begins to connect without waiting; the socket becomes writable when it is done.
Result<Descriptor> start_connect(const std::string& who, const SocketAddress& address);
/// Outcome of `start_connect` once the socket is writable: 0 or an errno.
int connect_result(int fd);
/// A listening socket that does not block. Port 0: the kernel chooses.
Result<Descriptor> listen_on(const std::string& who, const Endpoint& endpoint);
/// Port that a socket is bound to.
int local_port(int fd);
/// The next waiting client, or an empty one. The socket does not block and has TCP_NODELAY.
Descriptor accept_client(int listener);

}  // namespace millrace
