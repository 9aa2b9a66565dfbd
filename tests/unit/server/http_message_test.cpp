#include "server/http_message.hpp"

#include "tests/support/catch.hpp"

#include <random>

namespace millrace {

TEST_CASE("a target is taken apart and its percent-encoding undone") {
  const auto target = parse_target("/api/sql?q=SELECT+1%2B1&x&empty=");

  REQUIRE(target);
  CHECK(target->path == "/api/sql");
  CHECK(target->query.at("q") == "SELECT 1+1");
  CHECK(target->query.at("x").empty());
  CHECK(target->query.at("empty").empty());
}

TEST_CASE("targets that are no path are refused") {
  for (const char* text : {"", "api", "http://elsewhere/", "/%", "/%4", "/%zz", "/a%00b",
                           "/a%0d%0ab", "/../etc/passwd", "/a/..", "/%2e%2e/x", "/a?q=%", "*"}) {
    INFO(text);
    CHECK_FALSE(parse_target(text));
  }
  CHECK_FALSE(parse_target("/" + std::string(3000, 'a')));
}

TEST_CASE("dots inside a name are no step up") {
  CHECK(parse_target("/a..b/c..")->path == "/a..b/c..");
}

TEST_CASE("whatever bytes come, a target has a path without control characters or is refused") {
  const std::uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::string_view likely = "/%.?&=+aF0\r\n\t\0\x7f\xff";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "/";
    for (std::size_t i = random() % 40; i > 0; --i) text += likely[random() % likely.size()];
    const auto target = parse_target(text);
    if (!target) continue;
    REQUIRE(target->path.front() == '/');
    for (const char c : target->path) REQUIRE(static_cast<unsigned char>(c) >= 0x20);
  }
}

}  // namespace millrace
