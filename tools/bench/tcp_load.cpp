#include "tools/bench/tcp_load.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string_view>

#include "tools/bench/floor/record.hpp"

namespace millrace::bench {

namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

int listen_on_any_port(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 4) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return -1;
  port = ntohs(address.sin_port);
  return fd;
}

int accept_within(int listener, int seconds) {
  pollfd waiting{listener, POLLIN, 0};
  if (poll(&waiting, 1, seconds * 1000) != 1) return -1;
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void close_and_forget(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

}  // namespace

TcpLoad::TcpLoad()
    : in_listener_(listen_on_any_port(in_port_)), out_listener_(listen_on_any_port(out_port_)) {}

TcpLoad::~TcpLoad() {
  hang_up();
  close_and_forget(in_listener_);
  close_and_forget(out_listener_);
}

bool TcpLoad::accept(int seconds) {
  in_ = accept_within(in_listener_, seconds);
  out_ = accept_within(out_listener_, seconds);
  return in_ >= 0 && out_ >= 0;
}

void TcpLoad::hang_up() {
  close_and_forget(in_);
  close_and_forget(out_);
}

LoadResult TcpLoad::run(const LoadShape& shape) {
  const auto [rate, warm_up, seconds, num_users, all_return] = shape;
  LoadResult result;
  const double gap = 1e9 / rate;
  const std::int64_t begin = now_ns();
  const auto measured_from = begin + static_cast<std::int64_t>(warm_up * 1e9);
  const auto total = static_cast<std::int64_t>((warm_up + seconds) * rate);
  const std::int64_t give_up = begin + static_cast<std::int64_t>((warm_up + seconds + 2) * 1e9);
  std::string unsent;
  std::vector<char> received(1 << 18);
  std::size_t filled = 0;
  std::int64_t next = 0, returned = 0, expected = 0;
  while (returned < expected || next < total) {
    const std::int64_t now = now_ns();
    if (now > give_up) break;
    for (; next < total; ++next) {
      const std::int64_t due = begin + static_cast<std::int64_t>(static_cast<double>(next) * gap);
      if (due > now) break;
      char line[160];
      const double amount = next % 10 == 0 ? 5.0 : 10.5 + static_cast<double>(next % 1000);
      unsent.append(line, static_cast<std::size_t>(format_record(line, next, due, amount, num_users)));
      expected += all_return || amount > 10;
      if (due >= measured_from) result.lateness_ns.push_back(now - due);
    }
    if (!unsent.empty()) {
      const ssize_t n = send(in_, unsent.data(), unsent.size(), MSG_NOSIGNAL);
      if (n > 0) unsent.erase(0, static_cast<std::size_t>(n));
    }
    const ssize_t n = recv(out_, received.data() + filled, received.size() - filled, 0);
    if (n == 0) break;
    if (n < 0) continue;
    const std::int64_t arrived = now_ns();
    if (result.first_arrival_ns == 0) result.first_arrival_ns = arrived;
    filled += static_cast<std::size_t>(n);
    std::size_t start = 0;
    while (const void* newline = std::memchr(received.data() + start, '\n', filled - start)) {
      const auto end = static_cast<std::size_t>(static_cast<const char*>(newline) - received.data());
      const std::int64_t due = due_of({received.data() + start, end - start});
      ++returned;
      if (due >= measured_from) result.latencies_ns.push_back(arrived - due);
      start = end + 1;
    }
    std::memmove(received.data(), received.data() + start, filled - start);
    filled -= start;
  }
  result.num_sent = next;
  result.num_expected = expected;
  return result;
}

std::int64_t quantile(std::vector<std::int64_t> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(
      std::min(static_cast<double>(values.size() - 1), q * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

}  // namespace millrace::bench
