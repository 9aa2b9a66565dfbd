#include "sources/socket_source.hpp"

#include "tests/unit/sources/source_rig.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace millrace {

namespace {

/// The other end: a listening server, or a client.
class Peer {
 public:
  static Peer listening() {
    Peer peer;
    peer.listener_ = std::move(*listen_on("test", {"127.0.0.1", 0}));
    return peer;
  }
  static Peer connected_to(int port) {
    Peer peer;
    peer.fd_ = std::move(*connect_to("test", {"127.0.0.1", port}, 10'000));
    return peer;
  }
  int port() const { return local_port(listener_.get()); }
  void accept() {
    pollfd waited{listener_.get(), POLLIN, 0};
    REQUIRE(::poll(&waited, 1, 10'000) == 1);
    fd_ = accept_client(listener_.get());
    REQUIRE(fd_);
  }
  void send(std::string_view text) const {
    while (!text.empty()) {
      pollfd waited{fd_.get(), POLLOUT, 0};
      REQUIRE(::poll(&waited, 1, 10'000) == 1);
      const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      REQUIRE(sent > 0);
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void close() { fd_.reset(); }
  int fd() const { return fd_.get(); }

 private:
  Descriptor listener_;
  Descriptor fd_;
};

SourceRequest connecting_to(int port, std::vector<std::pair<std::string, std::string>> more = {}) {
  more.emplace_back("host", "127.0.0.1");
  more.emplace_back("port", std::to_string(port));
  SourceRequest request = request_of(std::move(more));
  request.continuous = true;
  return request;
}

SourceRequest listening(std::vector<std::pair<std::string, std::string>> more = {}) {
  more.emplace_back("listen", "true");
  more.emplace_back("port", "0");
  SourceRequest request = request_of(std::move(more));
  request.continuous = true;
  return request;
}

int port_of(const std::unique_ptr<Source>& source) {
  return dynamic_cast<SocketSource&>(*source).listening_port();
}

/// Polls until `count` rows came, waiting on the source's descriptor in between.
std::string read_rows(SourceRig& rig, Source& source, std::size_t count) {
  while (rig.recorder.rows.size() < count) {
    pollfd waited{source.ready_fd(), POLLIN, 0};
    REQUIRE(::poll(&waited, 1, 10'000) == 1);
    rig.poll(source);
  }
  return rig.recorder.take();
}

/// Polls until the source fails: its message.
std::string read_error(SourceRig& rig, Source& source) {
  while (true) {
    pollfd waited{source.ready_fd(), POLLIN, 0};
    ::poll(&waited, 1, 10);
    const auto status = source.poll(1000, rig.recorder);
    if (!status.ok()) return status.error().message;
  }
}

std::string length_prefixed(std::string_view record) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(record.size() >> shift);
  return bytes += record;
}

}  // namespace

TEST_CASE("socket source gives a line as soon as its end arrives") {
  SourceRig rig;
  Peer server = Peer::listening();
  auto source = rig.open("socket", connecting_to(server.port()));
  server.accept();

  rig.steady_ns = 77;
  server.send("one\ntw");
  CHECK(read_rows(rig, *source, 1) == R"({"value":"one"})");
  CHECK(rig.recorder.last_ingest_ns == 77);
  CHECK(rig.poll(*source) == PollStatus::Idle);
  server.send("o\r\nthree\n");
  CHECK(read_rows(rig, *source, 2) == R"({"value":"two"} {"value":"three"})");
}

TEST_CASE("socket source emits all whole lines of one arrival in one batch") {
  SourceRig rig;
  Peer server = Peer::listening();
  auto source = rig.open("socket", connecting_to(server.port()));
  server.accept();

  server.send("a\nb\nc\n");
  read_rows(rig, *source, 3);
  CHECK(rig.recorder.num_batches == 1);
}

TEST_CASE("socket source gives the unfinished last line when the peer closes, then Spark's error") {
  SourceRig rig;
  Peer server = Peer::listening();
  auto source = rig.open("socket", connecting_to(server.port()));
  server.accept();

  server.send("a\nb");
  server.close();
  CHECK(read_rows(rig, *source, 2) == R"({"value":"a"} {"value":"b"})");
  CHECK(read_error(rig, *source) == "Stream closed by 127.0.0.1:" + std::to_string(server.port()));
}

TEST_CASE("socket source says how to go on when nobody listens") {
  SourceRig rig;
  Peer server = Peer::listening();
  const int port = server.port();
  server = Peer();
  auto source = SourceRig::plan("socket", connecting_to(port))->make();
  const Status opened = source->open(rig.context, {});

  REQUIRE(!opened.ok());
  CHECK(opened.error().message == "socket source: cannot connect to '127.0.0.1:" +
                                      std::to_string(port) + "': Connection refused");
  CHECK(opened.error().fix.find("nc -lk " + std::to_string(port)) != std::string::npos);
}

TEST_CASE("socket source with reconnect waits for its peer and finds it again") {
  SourceRig rig;
  Peer server = Peer::listening();
  auto source = rig.open("socket", connecting_to(server.port(), {{"reconnect", "true"}}));
  server.accept();
  server.send("a\n");
  CHECK(read_rows(rig, *source, 1) == R"({"value":"a"})");

  server.close();
  pollfd waited[2] = {{source->ready_fd(), POLLIN, 0}, {-1, 0, 0}};
  for (int round = 0; round < 20; ++round) {
    ::poll(waited, 1, 100);
    rig.poll(*source);
  }
  server.accept();
  server.send("b\n");
  CHECK(read_rows(rig, *source, 1) == R"({"value":"b"})");
}

TEST_CASE("listening socket source takes any number of clients and outlives them") {
  SourceRig rig;
  auto source = rig.open("socket", listening());
  REQUIRE(rig.warnings.size() == 1);
  Peer first = Peer::connected_to(port_of(source));
  Peer second = Peer::connected_to(port_of(source));

  first.send("a\n");
  CHECK(read_rows(rig, *source, 1) == R"({"value":"a"})");
  second.send("b\n");
  CHECK(read_rows(rig, *source, 1) == R"({"value":"b"})");
  first.close();
  second.send("c\n");
  CHECK(read_rows(rig, *source, 1) == R"({"value":"c"})");
}

TEST_CASE("socket source adds the time of arrival and the connection where asked") {
  SourceRig rig;
  rig.now_micros = 1'500'000;
  auto source =
      rig.open("socket", listening({{"includeTimestamp", "true"}, {"connectionColumn", "true"}}));
  Peer client = Peer::connected_to(port_of(source));
  client.send("a\n");
  while (rig.recorder.batches.empty()) {
    pollfd waited{source->ready_fd(), POLLIN, 0};
    ::poll(&waited, 1, 10'000);
    rig.poll(*source);
  }

  const RecordBatch& batch = rig.recorder.batches[0];
  CHECK(batch.schema()[1].name == "timestamp");
  CHECK(batch.column(1).at<std::int64_t>(0) == 1'500'000);
  CHECK(batch.schema()[2].name == "_connection");
  const auto connection = find_connection(batch.column(2).at<std::int64_t>(0));
  REQUIRE(connection);
  CHECK(connection->send("answer\n", 1000) == SendStatus::Sent);
  char answer[8] = {};
  pollfd waited{client.fd(), POLLIN, 0};
  REQUIRE(::poll(&waited, 1, 10'000) == 1);
  CHECK(::recv(client.fd(), answer, sizeof answer, 0) == 7);
}

TEST_CASE("socket source reads records with their length before them") {
  SourceRig rig;
  auto source = rig.open("socket", listening({{"codec", "length"}}));
  Peer client = Peer::connected_to(port_of(source));
  const std::string bytes = length_prefixed("a\nb") + length_prefixed("") + length_prefixed("c");

  client.send(bytes.substr(0, 2));
  client.send(bytes.substr(2, 10));
  client.send(bytes.substr(12));
  CHECK(read_rows(rig, *source, 3) == R"({"value":"a\nb"} {"value":""} {"value":"c"})");
}

TEST_CASE("socket source drops a record that is too long and goes on behind it") {
  for (const char* codec : {"lines", "length"}) {
    SourceRig rig;
    auto source =
        rig.open("socket",
                 listening({{"codec", codec}, {"maxRecordBytes", "1000"}, {"badRecords", "drop"}}));
    Peer client = Peer::connected_to(port_of(source));
    const std::string huge(300'000, 'x');
    const bool by_length = std::string_view(codec) == "length";

    client.send(by_length ? length_prefixed(huge) + length_prefixed("after") : huge + "\nafter\n");
    CHECK(read_rows(rig, *source, 1) == R"({"value":"after"})");
    CHECK(rig.counters.dropped_records.value() == 1);
  }
}

TEST_CASE("socket source fails on a record that is too long unless told to drop it") {
  SourceRig rig;
  auto source = rig.open("socket", listening({{"maxRecordBytes", "1000"}}));
  Peer client = Peer::connected_to(port_of(source));
  client.send(std::string(100'000, 'x'));

  CHECK(read_error(rig, *source).find("longer than 1000 bytes") != std::string::npos);
}

TEST_CASE("socket source decodes JSON and CSV records of a schema") {
  for (const char* format : {"json", "csv"}) {
    SourceRig rig;
    auto request = listening({{"format", format}});
    request.schema = Schema{{{"id", TypeKind::Int}, {"name", TypeKind::String}}};
    auto source = rig.open("socket", request);
    Peer client = Peer::connected_to(port_of(source));
    client.send(std::string_view(format) == "json" ? "{\"id\":1,\"name\":\"a\"}\n{\"id\":2}\n"
                                                   : "1,a\n2,\n");
    CHECK(read_rows(rig, *source, 2) == R"({"id":1,"name":"a"} {"id":2,"name":null})");
  }
}

TEST_CASE("socket source treats records that are no JSON as the policy says") {
  const auto json = [](std::vector<std::pair<std::string, std::string>> more) {
    more.emplace_back("format", "json");
    auto request = listening(std::move(more));
    request.schema = Schema{{{"id", TypeKind::Int}}};
    return request;
  };
  const char* const lines = "{\"id\":1}\nnonsense\n{\"id\":3}\n";
  SourceRig permissive;
  auto source = permissive.open("socket", json({}));
  Peer client = Peer::connected_to(port_of(source));
  client.send(lines);
  CHECK(read_rows(permissive, *source, 3) == R"({"id":1} {"id":null} {"id":3})");

  SourceRig dropping;
  source = dropping.open("socket", json({{"badRecords", "drop"}}));
  client = Peer::connected_to(port_of(source));
  client.send(lines);
  CHECK(read_rows(dropping, *source, 2) == R"({"id":1} {"id":3})");
  CHECK(dropping.counters.dropped_records.value() == 1);

  SourceRig failing;
  source = failing.open("socket", json({{"badRecords", "fail"}}));
  client = Peer::connected_to(port_of(source));
  client.send(lines);
  CHECK(!read_error(failing, *source).empty());
}

TEST_CASE("socket source reads JSON records with their length before them") {
  SourceRig rig;
  auto request = listening({{"codec", "length"}, {"format", "json"}});
  request.schema = Schema{{{"id", TypeKind::Int}}};
  auto source = rig.open("socket", request);
  Peer client = Peer::connected_to(port_of(source));
  client.send(length_prefixed("{\"id\":1}") + length_prefixed("{\n\"id\":2}\n"));
  CHECK(read_rows(rig, *source, 2) == R"({"id":1} {"id":2})");
}

TEST_CASE("socket source keeps rows for the next limit in micro-batch mode") {
  SourceRig rig;
  Peer server = Peer::listening();
  auto request = connecting_to(server.port());
  request.continuous = false;
  auto source = rig.open("socket", request);
  server.accept();

  CHECK(!source->offset());
  CHECK(rig.micro_batch(*source).empty());
  CHECK(source->offset()->json == "-1");
  server.send("a\nb\n");
  pollfd waited{source->ready_fd(), POLLIN, 0};
  REQUIRE(::poll(&waited, 1, 10'000) == 1);
  CHECK(rig.poll(*source) == PollStatus::AtLimit);
  CHECK(rig.micro_batch(*source) == R"({"value":"a"} {"value":"b"})");
  CHECK(source->offset()->json == "1");
  CHECK(rig.micro_batch(*source) == "none");
}

TEST_CASE("socket source warns that rows of an earlier process are lost") {
  SourceRig rig;
  Peer server = Peer::listening();
  auto request = connecting_to(server.port());
  request.continuous = false;
  auto source = rig.open("socket", request, Offset{"4"});
  server.accept();

  REQUIRE(source->limit_to(Offset{"9"}).ok());
  CHECK(rig.poll(*source) == PollStatus::AtLimit);
  CHECK(source->offset()->json == "9");
  REQUIRE(rig.warnings.size() == 1);
  CHECK(rig.warnings[0].find("rows 5 to 9") != std::string::npos);
}

TEST_CASE("socket source refuses bad options with Spark's words") {
  const auto refusal = [](std::vector<std::pair<std::string, std::string>> options) {
    return SourceRig::refusal("socket", request_of(std::move(options)));
  };
  CHECK(refusal({{"port", "9"}}) == "Set a host to read from with option(\"host\", ...).");
  CHECK(refusal({{"host", "h"}}) == "Set a port to read from with option(\"port\", ...).");
  CHECK(refusal({{"host", "h"}, {"port", "abc"}}) == "For input string: \"abc\"");
  CHECK(refusal({{"host", "h"}, {"port", "9"}, {"includeTimestamp", "1"}}) ==
        "IncludeTimestamp must be set to either \"true\" or \"false\".");
  auto with_schema = request_of({{"host", "h"}, {"port", "9"}});
  with_schema.schema = Schema{{{"v", TypeKind::String}}};
  CHECK(SourceRig::refusal("socket", with_schema) ==
        "TextSocketSourceProvider source does not support user-specified schema.");
}

}  // namespace millrace
