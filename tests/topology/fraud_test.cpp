// The fraud topology over TCP, as terminals see it: every payment is answered, acknowledged once it
// is safe, and counted once however often the engine is killed.
#include "records/tcp.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>
#include <memory>

using namespace millrace;
using namespace millrace::testing;

namespace {

int free_port() {
  const auto listening = listen_on("test", {"127.0.0.1", 0});
  REQUIRE(listening.ok());
  return local_port(listening->get());
}

/// An engine with a checkpoint, which may be killed and started again.
class Engine {
 public:
  Engine() : port_(free_port()), alert_port_(free_port()) {
    std::string name = (std::filesystem::temp_directory_path() / "millrace-fraud-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    checkpoint_ = name;
    start();
  }
  ~Engine() { std::filesystem::remove_all(checkpoint_); }

  void start() {
    program_ = std::make_unique<Program>(std::vector<std::string>{
        "run", "examples/fraud.yaml", "--progress", "off", "--checkpoint", checkpoint_,
        "--duration", "60 seconds", "--set", "sources.transactions.port=" + std::to_string(port_),
        "--set", "sinks.alerts.port=" + std::to_string(alert_port_), "--set",
        "operators.answers.select=[id, decision, card_1m, _connection]"});
  }
  void kill() {
    program_->send_signal(SIGKILL);
    program_->end();
  }
  int port() const { return port_; }

 private:
  const int port_;
  const int alert_port_;
  std::string checkpoint_;
  std::unique_ptr<Program> program_;
};

/// A terminal that numbers what it sends.
class Terminal {
 public:
  explicit Terminal(int port) {
    // The engine needs a moment until it listens.
    for (int tries = 0; tries < 3'000 && !socket_; ++tries) {
      auto connected = connect_to("test", {"127.0.0.1", port}, 10'000);
      if (connected.ok())
        socket_ = std::move(*connected);
      else
        ::poll(nullptr, 0, 10);
    }
    REQUIRE(socket_);
  }
  void send(const std::string& text) {
    REQUIRE(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  /// Reads lines until one begins with `start`.
  std::string line(const std::string& start) {
    for (;;) {
      const std::size_t end = read_.find('\n');
      if (end == std::string::npos) {
        read_more();
        continue;
      }
      const std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      if (line.starts_with(start)) return line;
    }
  }

 private:
  void read_more() {
    pollfd waited{socket_.get(), POLLIN, 0};
    REQUIRE(::poll(&waited, 1, 30'000) == 1);
    char bytes[4096];
    const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    REQUIRE(got > 0);
    read_.append(bytes, static_cast<std::size_t>(got));
  }

  Descriptor socket_;
  std::string read_;
};

/// Payment number `id` of card 7, a second after the one before.
std::string payment(int id) {
  return "{\"id\":" + std::to_string(id) + ",\"kind\":\"payment\",\"time\":\"2026-01-05T08:00:0" +
         std::to_string(id) +
         "Z\",\"card\":7,\"terminal\":3,\"amount\":12.5}\n";
}

std::string greeting(int next) {
  return "{\"client\":\"till\",\"next\":" + std::to_string(next) + "}\n";
}

}  // namespace

TEST_CASE("each payment over TCP is decided, and acknowledged when it is safe") {
  Engine engine;
  Terminal terminal(engine.port());

  terminal.send(greeting(0) + payment(0) + payment(1));

  CHECK(terminal.line("{\"id\":0").ends_with(R"("card_1m":1})"));
  CHECK(terminal.line("{\"id\":1").ends_with(R"("card_1m":2})"));
  CHECK(terminal.line("{\"committed\":2") == R"({"committed":2})");
}

TEST_CASE("payments that are sent again after the engine was killed count once") {
  Engine engine;
  {
    Terminal terminal(engine.port());
    terminal.send(greeting(0) + payment(0) + payment(1));
    terminal.line("{\"committed\":2");
  }
  engine.kill();
  engine.start();
  Terminal terminal(engine.port());

  terminal.send(greeting(0) + payment(0) + payment(1) + payment(2));

  CHECK(terminal.line("{\"id\"").starts_with(R"({"id":2,)"));
  terminal.send(payment(3));
  CHECK(terminal.line("{\"id\":3").ends_with(R"("card_1m":4})"));
}
