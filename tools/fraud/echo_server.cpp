#include "tools/fraud/echo_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

namespace millrace::fraud {

namespace {

bool wait_for(int fd, short events) {
  pollfd waited{fd, events, 0};
  return ::poll(&waited, 1, -1) == 1 && (waited.revents & events) != 0;
}

bool send_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && !wait_for(fd, POLLOUT)) return false;
    if (sent <= 0) continue;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

EchoServer::EchoServer(bool spin) : spin_(spin) {
  auto listening = listen_on("echo", {"127.0.0.1", 0});
  if (listening.ok()) listener_ = std::move(*listening);
  thread_ = std::jthread([this] { serve(); });
}

EchoServer::~EchoServer() { ::shutdown(listener_.get(), SHUT_RDWR); }

void EchoServer::serve() {
  if (!listener_ || !wait_for(listener_.get(), POLLIN)) return;
  const Descriptor client = accept_client(listener_.get());
  if (client) echo_all(client.get());
}

void EchoServer::echo_all(int client) {
  std::vector<char> bytes(std::size_t{1} << 16);
  while (spin_ || wait_for(client, POLLIN)) {
    const ssize_t got = ::recv(client, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0 || !send_all(client, bytes.data(), static_cast<std::size_t>(got))) return;
  }
}

}  // namespace millrace::fraud
