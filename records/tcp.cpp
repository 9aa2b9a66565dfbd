#include "records/tcp.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace millrace {

namespace {

Error tcp_error(const std::string& who, const std::string& what, const std::string& why) {
  return make_error(ErrorKind::Unavailable, who + ": cannot " + what + ": " + why);
}

void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// 0 when connected within the time, else an errno.
int wait_connected(int fd, int timeout_ms) {
  pollfd waited{fd, POLLOUT, 0};
  const int ready = ::poll(&waited, 1, timeout_ms);
  if (ready < 0) return errno;
  return ready == 0 ? ETIMEDOUT : connect_result(fd);
}

Result<Descriptor> bind_and_listen(const SocketAddress& address) {
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  Descriptor fd(::socket(where->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!fd || ::bind(fd.get(), where, address.size) != 0 || ::listen(fd.get(), 512) != 0)
    return make_error(ErrorKind::Unavailable, std::strerror(errno));
  return fd;
}

}  // namespace

void Descriptor::reset() {
  const int fd = std::exchange(fd_, -1);
  if (fd >= 0) ::close(fd);
}

Result<std::vector<SocketAddress>> resolve(const std::string& who, const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (failed != 0)
    return tcp_error(who, "find host '" + endpoint.host + "'", ::gai_strerror(failed));
  std::vector<SocketAddress> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    addresses.push_back(address);
  }
  ::freeaddrinfo(found);
  std::stable_partition(addresses.begin(), addresses.end(), [](const SocketAddress& address) {
    return address.storage.ss_family == AF_INET;
  });
  return addresses;
}

Result<Descriptor> start_connect(const std::string& who, const SocketAddress& address) {
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  Descriptor fd(::socket(where->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return tcp_error(who, "make a socket", std::strerror(errno));
  set_no_delay(fd.get());
  if (::connect(fd.get(), where, address.size) != 0 && errno != EINPROGRESS)
    return tcp_error(who, "connect", std::strerror(errno));
  return fd;
}

int connect_result(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

Result<Descriptor> connect_to(const std::string& who, const Endpoint& endpoint, int timeout_ms) {
  const auto addresses = resolve(who, endpoint);
  if (!addresses.ok()) return addresses.error();
  std::string why = "no address";
  for (const SocketAddress& address : *addresses) {
    auto fd = start_connect(who, address);
    if (!fd.ok()) continue;
    const int failed = wait_connected(fd->get(), timeout_ms);
    if (failed == 0) return fd;
    why = std::strerror(failed);
  }
  return tcp_error(who, "connect to '" + endpoint.to_string() + "'", why);
}

Result<Descriptor> listen_on(const std::string& who, const Endpoint& endpoint) {
  const auto addresses = resolve(who, endpoint);
  if (!addresses.ok()) return addresses.error();
  std::string why = "no address";
  for (const SocketAddress& address : *addresses) {
    auto fd = bind_and_listen(address);
    if (fd.ok()) return fd;
    why = fd.error().message;
  }
  Error error = tcp_error(who, "listen on '" + endpoint.to_string() + "'", why);
  error.fix = "choose a free port, or 0 to let the system choose";
  return error;
}

int local_port(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return -1;
  if (storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

Descriptor accept_client(int listener) {
  Descriptor fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd) set_no_delay(fd.get());
  return fd;
}

}  // namespace millrace
