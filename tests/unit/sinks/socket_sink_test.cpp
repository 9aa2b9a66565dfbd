#include "sinks/socket_sink.hpp"

#include "tests/unit/sinks/sink_rig.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace millrace {

namespace {

Schema id_schema() { return {{{"id", TypeKind::Int}}}; }

void wait_for(int fd, short events) {
  pollfd waited{fd, events, 0};
  REQUIRE(::poll(&waited, 1, 10'000) == 1);
}

/// What arrives, until it ends with `end`.
std::string receive_until(int fd, const std::string& end) {
  std::string text;
  char bytes[65536];
  while (!text.ends_with(end)) {
    wait_for(fd, POLLIN);
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    REQUIRE(got > 0);
    text.append(bytes, static_cast<std::size_t>(got));
  }
  return text;
}

bool is_closed(int fd) {
  char bytes[65536];
  while (true) {
    wait_for(fd, POLLIN);
    if (::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0) return true;
  }
}

struct Server {
  Descriptor listener = std::move(*listen_on("test", {"127.0.0.1", 0}));
  Descriptor accept() const {
    wait_for(listener.get(), POLLIN);
    return accept_client(listener.get());
  }
  SinkRequest request(std::vector<std::pair<std::string, std::string>> more = {}) const {
    more.emplace_back("host", "127.0.0.1");
    more.emplace_back("port", std::to_string(local_port(listener.get())));
    return sink_request(std::move(more));
  }
};

SocketSink& as_socket(const std::unique_ptr<Sink>& sink) {
  return dynamic_cast<SocketSink&>(*sink);
}

/// A client of a listening sink, once the sink knows it.
Descriptor join(SocketSink& sink) {
  const std::size_t before = sink.num_listeners();
  Descriptor client = std::move(*connect_to("test", {"127.0.0.1", sink.listening_port()}, 10'000));
  while (sink.num_listeners() == before) std::this_thread::yield();
  return client;
}

/// Both ends of a connection that is known by number.
struct Asker {
  Asker() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    far_end = Descriptor(ends[0]);
    connection = std::make_shared<Connection>(Descriptor(ends[1]));
    id = publish_connection(connection);
  }
  ~Asker() { withdraw_connection(id); }
  Descriptor far_end;
  std::shared_ptr<Connection> connection;
  std::int64_t id = 0;
};

Value connection_of(const Asker& asker) { return integer(asker.id, TypeKind::Long); }

std::vector<std::vector<Value>> many_rows() {
  return std::vector<std::vector<Value>>(4000, {integer(123456789)});
}

}  // namespace

TEST_CASE("socket sink sends rows as JSON lines at once") {
  const Server server;
  SinkRig rig(id_schema());
  auto sink = rig.open("socket", server.request());
  const Descriptor peer = server.accept();
  rig.write(*sink, {{integer(1)}, {integer(2)}});
  CHECK(receive_until(peer.get(), "2}\n") == "{\"id\":1}\n{\"id\":2}\n");
}

TEST_CASE("socket sink is full when its peer does not read, and wakes when it reads again") {
  const Server server;
  SinkRig rig(id_schema());
  std::atomic<int> wakes = 0;
  rig.context.wake = [&] { ++wakes; };
  auto sink = rig.open("socket", server.request({{"maxQueuedBytes", "100000"}}));
  const Descriptor peer = server.accept();
  const auto rows = many_rows();

  std::size_t accepted = 0;
  while (true) {
    const auto written = sink->write(rig.batch(rows));
    REQUIRE(written.ok());
    if (*written == WriteStatus::Full) break;
    ++accepted;
  }
  CHECK(wakes == 0);
  std::size_t lines = 0;
  char bytes[65536];
  while (lines < accepted * rows.size()) {
    wait_for(peer.get(), POLLIN);
    const ssize_t got = ::recv(peer.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    REQUIRE(got > 0);
    lines += static_cast<std::size_t>(std::count(bytes, bytes + got, '\n'));
  }
  CHECK(lines == accepted * rows.size());
  while (wakes == 0) std::this_thread::yield();
  CHECK(*sink->write(rig.batch(rows)) == WriteStatus::Accepted);
}

TEST_CASE("socket sink fails when its peer is gone") {
  const Server server;
  SinkRig rig(id_schema());
  auto sink = rig.open("socket", server.request());
  server.accept().reset();
  Result<WriteStatus> written = WriteStatus::Accepted;
  for (int round = 0; round < 10'000 && written.ok(); ++round)
    written = sink->write(rig.batch({{integer(1)}}));
  REQUIRE(!written.ok());
  CHECK(written.error().message.find("socket sink: peer closed the connection: '127.0.0.1:") == 0);
}

TEST_CASE("listening socket sink writes to every client and forgets those that leave") {
  SinkRig rig(id_schema());
  auto sink = rig.open("socket", sink_request({{"listen", "true"}, {"port", "0"}}));
  Descriptor first = join(as_socket(sink));
  const Descriptor second = join(as_socket(sink));
  rig.write(*sink, {{integer(1)}});
  CHECK(receive_until(first.get(), "\n") == "{\"id\":1}\n");
  CHECK(receive_until(second.get(), "\n") == "{\"id\":1}\n");

  first.reset();
  while (as_socket(sink).num_listeners() == 2) rig.write(*sink, {{integer(2)}});
  rig.write(*sink, {{integer(3)}});
  CHECK(receive_until(second.get(), "3}\n").ends_with("{\"id\":3}\n"));
}

TEST_CASE("listening socket sink disconnects a client that does not read, and serves the others") {
  SinkRig rig(id_schema());
  auto sink = rig.open(
      "socket", sink_request({{"listen", "true"}, {"port", "0"}, {"maxQueuedBytes", "100000"}}));
  const Descriptor slow = join(as_socket(sink));
  const auto rows = many_rows();
  while (as_socket(sink).num_listeners() == 1) rig.write(*sink, rows);
  CHECK(is_closed(slow.get()));

  const Descriptor other = join(as_socket(sink));
  rig.write(*sink, {{integer(7)}});
  CHECK(receive_until(other.get(), "\n") == "{\"id\":7}\n");
}

TEST_CASE("replying socket sink sends each row where its input came from, without the number") {
  const Asker first;
  const Asker second;
  SinkRig rig({{{"id", TypeKind::Int}, {"_connection", TypeKind::Long}}});
  auto sink = rig.open("socket", sink_request({{"reply", "events"}}));
  rig.write(*sink, {{integer(1), connection_of(first)},
                    {integer(2), connection_of(first)},
                    {integer(3), connection_of(second)},
                    {integer(4), connection_of(first)}});
  CHECK(receive_until(first.far_end.get(), "4}\n") == "{\"id\":1}\n{\"id\":2}\n{\"id\":4}\n");
  CHECK(receive_until(second.far_end.get(), "\n") == "{\"id\":3}\n");
}

TEST_CASE("replying socket sink counts rows whose asker has left") {
  SinkRig rig({{{"id", TypeKind::Int}, {"_connection", TypeKind::Long}}});
  auto sink = rig.open("socket", sink_request({{"reply", "events"}}));
  rig.write(*sink,
            {{integer(1), integer(-5, TypeKind::Long)}, {integer(2), null_of(TypeKind::Long)}});
  CHECK(rig.counters.dropped_records.value() == 2);
}

TEST_CASE("socket sink refuses bad requests and says the way out") {
  const auto refusal = [](std::vector<std::pair<std::string, std::string>> options) {
    SinkRequest request = sink_request(std::move(options));
    request.schema = id_schema();
    const auto planned = SinkRig::plan("socket", request);
    return planned.ok() ? "accepted" : planned.error().message;
  };
  CHECK(refusal({}) == "socket sink: no host to write to");
  CHECK(refusal({{"host", "h"}}) == "socket sink: no port to write to");
  CHECK(refusal({{"host", "h"}, {"port", "99999"}}) == "socket sink: no such port: '99999'");
  CHECK(refusal({{"reply", "s"}}) == "socket sink: rows have no column '_connection' to reply on");
  CHECK(refusal({{"host", "h"}, {"port", "1"}, {"format", "xml"}}) ==
        "socket sink: unknown format: 'xml'");
}

}  // namespace millrace
