#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <string>
#include <vector>

// What all baseline programs share: loopback connections, lines, numbers as text.
namespace millrace::floor {

/// -1 when nobody listens.
inline int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void append(std::string& out, auto value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

inline bool write_all(int fd, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = send(fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

/// Received bytes as whole lines, each with the padding that simdjson wants.
class LineBuffer {
 public:
  /// As recv: 0 at the end, negative when there is nothing now.
  ssize_t receive(int fd) {
    const ssize_t n = recv(fd, bytes_.data() + filled_, kRoom - filled_, 0);
    if (n > 0) filled_ += static_cast<std::size_t>(n);
    return n;
  }
  void for_each(auto take) {
    std::size_t start = 0;
    while (const void* newline = std::memchr(bytes_.data() + start, '\n', filled_ - start)) {
      const auto end = static_cast<std::size_t>(static_cast<const char*>(newline) - bytes_.data());
      take(bytes_.data() + start, end - start, bytes_.size() - start);
      start = end + 1;
    }
    std::memmove(bytes_.data(), bytes_.data() + start, filled_ - start);
    filled_ -= start;
  }

 private:
  static constexpr std::size_t kRoom = 1 << 18;
  std::vector<char> bytes_ = std::vector<char>(kRoom + simdjson::SIMDJSON_PADDING);
  std::size_t filled_ = 0;
};

}  // namespace millrace::floor
