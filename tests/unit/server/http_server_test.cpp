#include "server/http_server.hpp"

#include "records/tcp.hpp"
#include "server/job_pages.hpp"
#include "tests/support/catch.hpp"

#include <poll.h>
#include <sys/socket.h>

namespace millrace {

namespace {

/// A server with a page, an action, streams, and the pages of a job without memory tables.
struct Rig {
  explicit Rig(std::chrono::milliseconds patience = HttpServer::kPatience)
      : server(access(), patience) {
    server.on_get("/hello", [](const HttpRequest&) {
      return HttpResponse{200, "text/plain", "hello"};
    });
    server.on_post("/act", [](const HttpRequest& request) {
      return HttpResponse{200, "application/json", request.body};
    });
    server.on_events("/events", std::chrono::milliseconds(1), [] { return std::string("{}"); });
    server.on_events("/flood", std::chrono::milliseconds(1),
                     [] { return std::string(std::size_t{1} << 20, 'x'); });
    JobView job;
    job.metrics = [] { return std::string("millrace_epochs 1\n"); };
    add_job_pages(server, job);
    add_page_files(server, "graph.html");
    REQUIRE(server.start().ok());
  }
  static HttpAccess access() {
    HttpAccess access;
    access.token = "secret";
    return access;
  }
  std::string host() const { return "Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"; }

  HttpServer server;
};

/// Sends bytes and reads until the server closes or `enough` was read.
std::string talk(const Rig& rig, const std::string& bytes, const std::string& enough = "\xff") {
  const auto fd = connect_to("test", {"127.0.0.1", rig.server.port()}, 10'000);
  REQUIRE(fd.ok());
  ::send(fd->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::string answer;
  while (answer.find(enough) == std::string::npos) {
    pollfd waited{fd->get(), POLLIN, 0};
    REQUIRE(::poll(&waited, 1, 20'000) == 1);
    char part[4096];
    const ssize_t got = ::recv(fd->get(), part, sizeof part, 0);
    if (got <= 0) break;
    answer.append(part, static_cast<std::size_t>(got));
  }
  return answer;
}

std::string get(const Rig& rig, const std::string& target) {
  return talk(rig, "GET " + target + " HTTP/1.1\r\n" + rig.host() + "Connection: close\r\n\r\n");
}

/// Connects, sends `bytes` and then neither sends nor reads.
Descriptor stall(const Rig& rig, const std::string& bytes) {
  auto fd = connect_to("test", {"127.0.0.1", rig.server.port()}, 10'000);
  REQUIRE(fd.ok());
  ::send(fd->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return std::move(*fd);
}

/// As many as the server has room for.
std::vector<Descriptor> stall_all(const Rig& rig, const std::string& bytes) {
  std::vector<Descriptor> held;
  for (int i = 0; i < 64; ++i) held.push_back(stall(rig, bytes));
  return held;
}

/// Asks until the server has room to answer.
bool has_room_again(const Rig& rig) {
  for (int tries = 0; tries < 2'000; ++tries) {
    if (get(rig, "/hello").starts_with("HTTP/1.1 200")) return true;
    ::poll(nullptr, 0, 10);
  }
  return false;
}

/// Waits until the server has ended the connection.
bool is_ended(const Descriptor& fd) {
  pollfd waited{fd.get(), POLLRDHUP, 0};
  return ::poll(&waited, 1, 20'000) == 1;
}

/// For clients that never do their part: however slow the machine, they are late.
constexpr std::chrono::milliseconds kImpatient{1};

}  // namespace

TEST_CASE("server answers, and forbids scripts of other origins") {
  const Rig rig;
  const std::string answer = get(rig, "/hello");

  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.ends_with("\r\n\r\nhello"));
  CHECK(answer.find("Content-Security-Policy: default-src 'none'; script-src 'self'") !=
        std::string::npos);
  CHECK(answer.find("X-Content-Type-Options: nosniff") != std::string::npos);
}

TEST_CASE("server gives the page of a job and its files") {
  const Rig rig;
  CHECK(get(rig, "/").find("<!doctype html>") != std::string::npos);
  CHECK(get(rig, "/graph.js").find("text/javascript") != std::string::npos);
  CHECK(get(rig, "/style.css").find("text/css") != std::string::npos);
  CHECK(get(rig, "/nothing").starts_with("HTTP/1.1 404"));
}

TEST_CASE("server gives the metrics of a job") {
  const Rig rig;
  const std::string answer = get(rig, "/metrics");
  CHECK(answer.find("Content-Type: text/plain; version=0.0.4\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\nmillrace_epochs 1\n"));
}

TEST_CASE("a job without memory tables says so when it is asked by SQL") {
  const Rig rig;
  const std::string answer = get(rig, "/api/sql?q=SELECT%201");
  CHECK(answer.starts_with("HTTP/1.1 404"));
  CHECK(answer.find("memory") != std::string::npos);
}

TEST_CASE("server takes actions with the token only") {
  const Rig rig;
  const auto act = [&](const std::string& token) {
    return talk(rig, "POST /act HTTP/1.1\r\n" + rig.host() + "Authorization: Bearer " + token +
                         "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                         "Connection: close\r\n\r\n{}");
  };
  CHECK(act("secret").starts_with("HTTP/1.1 200"));
  CHECK(act("guess").starts_with("HTTP/1.1 401"));
}

TEST_CASE("server sends events until the client leaves") {
  const Rig rig;
  const std::string events =
      talk(rig, "GET /events HTTP/1.1\r\n" + rig.host() + "\r\n", "data: {}\n\ndata: {}\n\n");
  CHECK(events.find("text/event-stream") != std::string::npos);
}

TEST_CASE("server refuses what is too long or no HTTP") {
  const Rig rig;
  CHECK(talk(rig, "GET / HTTP/1.1\r\n" + rig.host() + "X: " + std::string(9000, 'x') + "\r\n\r\n")
            .starts_with("HTTP/1.1 431"));
  CHECK(talk(rig, "POST /act HTTP/1.1\r\n" + rig.host() + "Content-Length: 1000000\r\n\r\n")
            .starts_with("HTTP/1.1 413"));
  CHECK(get(rig, "/%zz").starts_with("HTTP/1.1 400"));
  CHECK(talk(rig, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(get(rig, "/hello").starts_with("HTTP/1.1 200"));
}

TEST_CASE("server closes the connection that is one too many, and has room again when one ends") {
  const Rig rig;
  std::vector<Descriptor> held = stall_all(rig, "");
  CHECK(is_ended(stall(rig, "")));
  held.clear();
  CHECK(has_room_again(rig));
}

TEST_CASE("server ends a connection on which no request comes in time") {
  const Rig rig(kImpatient);
  CHECK(is_ended(stall(rig, "")));
  CHECK(is_ended(stall(rig, "GET /hello HTTP/1.1\r\n")));
  CHECK(is_ended(stall(rig, "POST /act HTTP/1.1\r\n" + rig.host() + "Content-Length: 2\r\n\r\n{")));
}

TEST_CASE("server ends connections whose clients do not take what they are sent") {
  const Rig rig(kImpatient);
  const std::vector<Descriptor> held =
      stall_all(rig, "GET /flood HTTP/1.1\r\n" + rig.host() + "\r\n");
  CHECK(has_room_again(rig));
}

}  // namespace millrace
