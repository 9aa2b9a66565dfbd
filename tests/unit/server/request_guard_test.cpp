#include "server/request_guard.hpp"

#include "tests/support/catch.hpp"

namespace millrace {

namespace {

HttpAccess local() {
  HttpAccess access;
  access.port = 8080;
  access.token = "secret";
  return access;
}

HttpRequest get(std::string path = "/api/progress") {
  HttpRequest request;
  request.method = "GET";
  request.target.path = std::move(path);
  request.host = "127.0.0.1:8080";
  return request;
}

HttpRequest post() {
  HttpRequest request = get("/api/demo/kill");
  request.method = "POST";
  request.content_type = "application/json";
  request.token = "secret";
  return request;
}

int status_of(const HttpRequest& request, const HttpAccess& access = local()) {
  const auto refusal = RequestGuard(access).refusal(request);
  return refusal ? refusal->status : 200;
}

std::string refusal_of(std::string_view text, std::string token = {}, bool insecure = false) {
  const auto access = read_access(text, std::move(token), insecure);
  return access.ok() ? "accepted" : access.error().message;
}

}  // namespace

TEST_CASE("a request on this machine is answered") {
  CHECK(status_of(get()) == 200);
  CHECK(status_of(post()) == 200);
}

TEST_CASE("a request that names another host is refused") {
  for (const char* host : {"", "evil.example", "evil.example:8080", "127.0.0.1", "127.0.0.1:81",
                           "127.0.0.1:8080:8080x", "127.evil.example:8080",
                           "127.0.0.1.evil.example:8080"}) {
    INFO(host);
    HttpRequest request = get();
    request.host = host;
    CHECK(status_of(request) == 421);
  }
}

TEST_CASE("a request of another site's page is refused") {
  HttpRequest request = get();
  request.origin = "http://evil.example";
  CHECK(status_of(request) == 403);
  request.origin = "null";
  CHECK(status_of(request) == 403);
  request.origin = "http://127.0.0.1:8080";
  CHECK(status_of(request) == 200);
}

TEST_CASE("an action needs JSON and the token") {
  HttpRequest request = post();
  request.token = "guess";
  CHECK(status_of(request) == 401);
  request = post();
  request.content_type = "text/plain";
  CHECK(status_of(request) == 415);
  request = post();
  request.token.clear();
  HttpAccess without_token = local();
  without_token.token.clear();
  CHECK(status_of(request, without_token) == 403);
}

TEST_CASE("other methods are refused") {
  HttpRequest request = get();
  request.method = "DELETE";
  CHECK(status_of(request) == 405);
}

TEST_CASE("data leaves this machine with the token only") {
  HttpAccess open = local();
  open.address = "0.0.0.0";
  HttpRequest request = get();
  request.host = "box.example:8080";
  CHECK(status_of(request, open) == 401);
  request.token = "secret";
  CHECK(status_of(request, open) == 200);
  CHECK(status_of(get("/graph.js"), open) == 200);
}

TEST_CASE("addresses are read, and one beyond this machine needs a token or a word") {
  CHECK(read_access("8080", "", false)->address == "127.0.0.1");
  CHECK(read_access("[::1]:8080", "", false)->address == "::1");
  CHECK(read_access("127.0.0.1:0", "", false)->port == 0);
  CHECK(refusal_of("0.0.0.0:80") ==
        "http: anybody who reaches this machine could read the job at: '0.0.0.0'");
  CHECK(refusal_of("0.0.0.0:80", "secret") == "accepted");
  CHECK(refusal_of("0.0.0.0:80", "", true) == "accepted");
  CHECK(refusal_of("localhost") == "http: no address and port: 'localhost'");
  CHECK(refusal_of("127.0.0.1:99999") == "http: no address and port: '127.0.0.1:99999'");
}

}  // namespace millrace
