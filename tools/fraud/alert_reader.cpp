#include "tools/fraud/alert_reader.hpp"

#include "records/tcp.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

namespace millrace::fraud {

namespace {
constexpr int kPollMs = 100;
}

AlertReader::AlertReader(int port, AlertBook& book)
    : port_(port), book_(book), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void AlertReader::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto connected = connect_to("demo", {"127.0.0.1", port_}, kPollMs);
    if (connected.ok()) read_from(connected->get(), stop);
    std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
  }
}

void AlertReader::read_from(int fd, const std::stop_token& stop) {
  std::string text;
  std::array<char, 65536> bytes;
  while (!stop.stop_requested()) {
    pollfd waited{fd, POLLIN, 0};
    if (::poll(&waited, 1, kPollMs) == 0) continue;
    const ssize_t got = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EAGAIN) continue;
    if (got <= 0) return;
    text.append(bytes.data(), static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
      book_.add(std::string_view(text).substr(start, end - start));
    text.erase(0, start);
  }
}

}  // namespace millrace::fraud
