#include "sources/acknowledging_socket_source.hpp"

#include "tests/unit/sources/source_rig.hpp"

#include <poll.h>
#include <sys/socket.h>

namespace millrace {

namespace {

SourceRequest acknowledging(bool continuous = true) {
  SourceRequest request = request_of({{"listen", "true"}, {"port", "0"}, {"acknowledge", "true"}});
  request.continuous = continuous;
  return request;
}

int port_of(Source& source) {
  return dynamic_cast<AcknowledgingSocketSource&>(source).listening_port();
}

/// A client that says what it is told to and reads lines.
class Client {
 public:
  explicit Client(Source& source)
      : fd_(std::move(*connect_to("test", {"127.0.0.1", port_of(source)}, 10'000))) {}

  void send(std::string_view text) {
    REQUIRE(::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  /// The next line, without its end; `closed` when there is none.
  std::string line() {
    while (read_.find('\n') == std::string::npos) {
      pollfd waited{fd_.get(), POLLIN, 0};
      REQUIRE(::poll(&waited, 1, 10'000) == 1);
      char bytes[512];
      const ssize_t got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
      if (got <= 0) return "closed";
      read_.append(bytes, static_cast<std::size_t>(got));
    }
    const std::size_t end = read_.find('\n');
    const std::string line = read_.substr(0, end);
    read_.erase(0, end + 1);
    return line;
  }

 private:
  Descriptor fd_;
  std::string read_;
};

/// Polls until `count` rows came; their texts.
std::string read_rows(SourceRig& rig, Source& source, std::size_t count) {
  while (rig.recorder.rows.size() < count) {
    pollfd waited{source.ready_fd(), POLLIN, 0};
    REQUIRE(::poll(&waited, 1, 10'000) == 1);
    rig.poll(source);
  }
  std::string texts;
  for (const std::string& row : rig.recorder.rows)  // {"value":"..."}
    texts += (texts.empty() ? "" : " ") + row.substr(10, row.size() - 12);
  rig.recorder.take();
  return texts;
}

/// Polls until the client hears of what is committed.
std::string greeted(SourceRig& rig, Source& source, Client& client) {
  pollfd waited{source.ready_fd(), POLLIN, 0};
  REQUIRE(::poll(&waited, 1, 10'000) == 1);
  rig.poll(source);
  rig.poll(source);
  return client.line();
}

std::string offset_of(const Source& source) { return source.offset()->json; }

}  // namespace

TEST_CASE("acknowledging source counts the records of each client") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging());
  Client terminals(*source), tills(*source);

  terminals.send("{\"client\": \"terminals\", \"next\": 0}\na\nb\n");
  CHECK(read_rows(rig, *source, 2) == "a b");
  tills.send("{\"client\": \"tills\", \"next\": 40}\nc\n");
  CHECK(read_rows(rig, *source, 1) == "c");

  CHECK(offset_of(*source) == R"({"clients":{"terminals":2,"tills":41}})");
}

TEST_CASE("acknowledging source says what is safe after each complete epoch") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging());
  Client client(*source);
  client.send("{\"client\": \"terminals\", \"next\": 7}\na\nb\n");
  read_rows(rig, *source, 2);

  source->acknowledge(Offset{R"({"clients":{"terminals":8}})"});

  CHECK(client.line() == R"({"committed":7})");
  CHECK(client.line() == R"({"committed":8})");
}

TEST_CASE("acknowledging source takes a record once when a client sends it again") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging());
  Client first(*source);
  first.send("{\"client\": \"terminals\", \"next\": 0}\na\nb\n");
  read_rows(rig, *source, 2);

  Client second(*source);
  second.send("{\"client\": \"terminals\", \"next\": 0}\na\nb\nc\n");

  CHECK(read_rows(rig, *source, 1) == "c");
  CHECK(offset_of(*source) == R"({"clients":{"terminals":3}})");
}

TEST_CASE("acknowledging source goes on from its offset after a restart") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging(), Offset{R"({"clients":{"terminals":2}})"});
  Client client(*source);

  client.send("{\"client\": \"terminals\", \"next\": 1}\nb\nc\n");

  CHECK(read_rows(rig, *source, 1) == "c");
  CHECK(client.line() == R"({"committed":2})");
}

TEST_CASE("acknowledging source does not take half a line for a record") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging());
  {
    Client client(*source);
    client.send("{\"client\": \"terminals\", \"next\": 0}\na\nhal");
    CHECK(read_rows(rig, *source, 1) == "a");
  }
  Client again(*source);
  again.send("{\"client\": \"terminals\", \"next\": 0}\na\nhalf\n");

  CHECK(read_rows(rig, *source, 1) == "half");
}

TEST_CASE("acknowledging source refuses a client whose records are missing") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging(), Offset{R"({"clients":{"terminals":2}})"});
  Client client(*source);

  client.send("{\"client\": \"terminals\", \"next\": 5}\nf\n");

  CHECK(greeted(rig, *source, client) == "closed");
}

TEST_CASE("acknowledging source refuses a client that does not say who it is") {
  for (const char* line : {"hello\n", "{\"client\": \"\", \"next\": 0}\n", "{\"client\": \"a\"}\n",
                           "{\"client\": \"a\", \"next\": -1}\n", "[]\n"}) {
    INFO(line);
    SourceRig rig;
    auto source = rig.open("socket", acknowledging());
    Client client(*source);
    client.send(line);
    CHECK(greeted(rig, *source, client) == "closed");
  }
}

TEST_CASE("a planned micro-batch of an earlier process is read from what clients send again") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging(false), Offset{R"({"clients":{"terminals":1}})"});
  REQUIRE(source->limit_to(Offset{R"({"clients":{"terminals":3}})"}).ok());
  Client client(*source);

  client.send("{\"client\": \"terminals\", \"next\": 0}\na\nb\nc\nd\n");

  CHECK(read_rows(rig, *source, 2) == "b c");
  CHECK(rig.poll(*source) == PollStatus::AtLimit);
  CHECK(offset_of(*source) == R"({"clients":{"terminals":3}})");
}

TEST_CASE("while a planned micro-batch is still to come, the next one does not end before it") {
  SourceRig rig;
  auto source = rig.open("socket", acknowledging(false), Offset{R"({"clients":{"terminals":1}})"});
  REQUIRE(source->limit_to(Offset{R"({"clients":{"terminals":3,"tills":2}})"}).ok());

  CHECK((*source->latest_offset())->json == R"({"clients":{"terminals":3,"tills":2}})");
}

TEST_CASE("acknowledging needs a row for each line of a listening source") {
  const auto refusal = [](std::vector<std::pair<std::string, std::string>> options) {
    options.emplace_back("port", "7000");
    options.emplace_back("acknowledge", "true");
    const auto planned = socket_source_type().plan(request_of(std::move(options)));
    REQUIRE_FALSE(planned.ok());
    return planned.error().message;
  };
  CHECK(refusal({{"host", "localhost"}}) == "socket source: acknowledge needs listen: true");
  CHECK(refusal({{"listen", "true"}, {"codec", "length"}}) ==
        "socket source: acknowledge needs codec: lines");
  CHECK(refusal({{"listen", "true"}, {"badRecords", "drop"}}) ==
        "socket source: acknowledge needs a row for each line");
}

}  // namespace millrace
