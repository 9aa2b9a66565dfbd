#include "tests/topology/http_get.hpp"

#include "records/tcp.hpp"
#include "tests/support/catch.hpp"

#include <poll.h>
#include <sys/socket.h>

namespace millrace::testing {

int free_port() {
  const auto listening = listen_on("test", {"127.0.0.1", 0});
  REQUIRE(listening.ok());
  return local_port(listening->get());
}

std::string get(int port, const std::string& path) {
  const auto fd = connect_to("test", {"127.0.0.1", port}, 10'000);
  if (!fd.ok()) return {};
  const std::string request = "GET " + path +
                              " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                              "\r\nConnection: close\r\n\r\n";
  ::send(fd->get(), request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  for (char bytes[4096];;) {
    pollfd waited{fd->get(), POLLIN, 0};
    REQUIRE(::poll(&waited, 1, 20'000) == 1);
    const ssize_t got = ::recv(fd->get(), bytes, sizeof bytes, 0);
    if (got <= 0) return answer;
    answer.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string await_answer(int port, const std::string& path, const std::string& text) {
  std::string answer;
  for (int tries = 0; tries < 3'000; ++tries) {
    answer = get(port, path);
    if (answer.find(text) != std::string::npos) return answer;
    ::poll(nullptr, 0, 10);
  }
  FAIL(path << " never had " << text << ": " << answer);
  return answer;
}

}  // namespace millrace::testing
