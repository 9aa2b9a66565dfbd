// What `millrace run --http` shows of a running job.
#include "records/tcp.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

#include <poll.h>
#include <sys/socket.h>

using namespace millrace;
using namespace millrace::testing;

namespace {

int free_port() {
  const auto listening = listen_on("test", {"127.0.0.1", 0});
  REQUIRE(listening.ok());
  return local_port(listening->get());
}

/// The whole answer, headers too; empty when nobody listens.
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

/// Asks again until the answer has the text; the job needs a moment to start.
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

}  // namespace

TEST_CASE("a running job shows its plan, its state, its metrics and its progress over HTTP") {
  const int port = free_port();
  Program program({"run", "examples/rate_console.yaml", "--progress", "off", "--duration",
                   "60 seconds", "--trigger", "continuous 20 ms", "--http",
                   "127.0.0.1:" + std::to_string(port)});

  await_answer(port, "/api/state", "\"epoch\":2");

  CHECK(get(port, "/api/plan").find("\"name\":\"rate_console\"") != std::string::npos);
  CHECK(get(port, "/metrics").find("millrace_operator_records_out_total{query=\"rate_console\"") !=
        std::string::npos);
  CHECK(get(port, "/api/progress").find("\"batchId\"") != std::string::npos);
  CHECK(get(port, "/").find("<!doctype html>") != std::string::npos);
  CHECK(get(port, "/etc/passwd").find("404") != std::string::npos);
}

TEST_CASE("each node's watermark is among its state and its metrics over HTTP") {
  const int port = free_port();
  Program program({"run", "examples/late_readings.yaml", "--progress", "off", "--duration",
                   "60 seconds", "--trigger", "continuous 20 ms", "--http",
                   "127.0.0.1:" + std::to_string(port)});

  const std::string state = await_answer(port, "/api/state", "\"watermarkMs\":1");

  CHECK(state.find("\"watermarkMs\":0") != std::string::npos);  // a sink gives none on
  CHECK(get(port, "/metrics").find("millrace_operator_watermark_seconds{query=\"late_readings\"") !=
        std::string::npos);
}

TEST_CASE("the tables of memory sinks answer SELECTs over HTTP") {
  const int port = free_port();
  Program program({"run", "examples/rate_console.yaml", "--progress", "off", "--duration",
                   "60 seconds", "--set", "sinks={evens: {from: even, type: memory}}", "--trigger",
                   "continuous 20 ms", "--http", "127.0.0.1:" + std::to_string(port)});

  await_answer(port, "/api/sql?q=SELECT+value+FROM+rate_console+WHERE+value=4", "[{\"value\":4}]");

  CHECK(get(port, "/api/sql?q=SELECT+nothing").find("HTTP/1.1 400") == 0);
  CHECK(get(port, "/api/sql").find("HTTP/1.1 400") == 0);
}

TEST_CASE("an address beyond this machine needs a token") {
  const ProgramEnd end = run_program({"run", "examples/rate_console.yaml", "--http", "0.0.0.0:0"});
  CHECK(end.code == 64);
  CHECK(end.err.find("--http-token") != std::string::npos);
}
