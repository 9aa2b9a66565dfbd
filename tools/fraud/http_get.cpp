#include "tools/fraud/http_get.hpp"

#include "records/tcp.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace millrace::fraud {

namespace {

constexpr int kTimeoutMs = 500;

std::string read_all(int fd) {
  std::string text;
  std::array<char, 16384> bytes;
  pollfd waited{fd, POLLIN, 0};
  while (::poll(&waited, 1, kTimeoutMs) == 1) {
    const ssize_t got = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got <= 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

std::optional<std::string> http_get(int port, const std::string& path) {
  const auto connected = connect_to("demo", {"127.0.0.1", port}, kTimeoutMs);
  if (!connected.ok()) return std::nullopt;
  const std::string request = "GET " + path +
                              " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                              "\r\nConnection: close\r\n\r\n";
  if (::send(connected->get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return std::nullopt;
  const std::string answer = read_all(connected->get());
  const std::size_t body = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200") || body == std::string::npos) return std::nullopt;
  return answer.substr(body + 4);
}

}  // namespace millrace::fraud
