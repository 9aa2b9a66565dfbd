// The fraud topology over TCP, as terminals see it: every payment is answered, acknowledged once it
// is safe, and counted once however often the engine is killed.
#include "records/tcp.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

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
  /// `answer`: the columns that a terminal is told.
  explicit Engine(std::string answer = "id, decision, card_1m")
      : port_(free_port()), alert_port_(free_port()), answer_(std::move(answer)) {
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
        "operators.answers.select=[" + answer_ + ", _connection]"});
  }
  void kill() {
    program_->send_signal(SIGKILL);
    program_->end();
  }
  int port() const { return port_; }

 private:
  const int port_;
  const int alert_port_;
  const std::string answer_;
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
  /// The lines that are left when the engine is gone: it may have answered more than was read.
  std::vector<std::string> rest() {
    char bytes[4096];
    for (ssize_t got; (got = ::recv(socket_.get(), bytes, sizeof bytes, 0)) > 0;)
      read_.append(bytes, static_cast<std::size_t>(got));
    std::vector<std::string> lines;
    for (std::size_t end; (end = read_.find('\n')) != std::string::npos; read_.erase(0, end + 1))
      lines.push_back(read_.substr(0, end));
    return lines;
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

/// One of many payments with twenty cards at seven terminals, a second after the one before.
std::string one_of_many(int id) {
  return fmt::format(
      R"({{"id":{},"kind":"payment","time":"2026-01-05T08:{:02}:{:02}Z","card":{},"terminal":{},"amount":{}}})"
      "\n",
      id, id / 60, id % 60, id % 20, id % 7, 5 + id % 13 * 0.25);
}

std::string greeting(int next) {
  return "{\"client\":\"till\",\"next\":" + std::to_string(next) + "}\n";
}

constexpr int kNumPayments = 600;

/// A bank's terminals behind one connection: sends what is not acknowledged, remembers what is decided.
class Terminals {
 public:
  /// Sends payments up to `end` and reads until payment `until` is decided.
  void pay(int port, int end, int until) {
    Terminal& terminal = terminal_.emplace(port);
    std::string text = greeting(committed_);
    for (int id = committed_; id < end; ++id) text += one_of_many(id);
    terminal.send(text);
    while (decisions_.count(until) == 0) take(terminal.line("{"));
  }
  /// Reads what an engine that was killed had sent before.
  void read_rest() {
    for (const std::string& line : terminal_->rest()) take(line);
  }
  /// The last answer to each payment.
  const std::map<int, std::string>& decisions() const { return decisions_; }

 private:
  void take(const std::string& line) {
    int number = 0;
    if (std::sscanf(line.c_str(), "{\"committed\":%d", &number) == 1) committed_ = number;
    if (std::sscanf(line.c_str(), "{\"id\":%d", &number) == 1) decisions_[number] = line;
  }

  std::optional<Terminal> terminal_;
  int committed_ = 0;
  std::map<int, std::string> decisions_;
};

/// All payments; the engine is killed so many times, each time with payments on their way.
std::map<int, std::string> decide_all(int num_kills) {
  Engine engine("id, decision, score, card_1m, card_1h, card_7d, amount_1h, mean_amount_7d, seconds_since_last, "
                "km_since_last, countries_1d, terminal_10m, terminal_7d");
  Terminals terminals;
  for (int kill = 1; kill <= num_kills; ++kill) {
    const int end = kNumPayments * kill / (num_kills + 1);
    terminals.pay(engine.port(), end, end - 60);
    engine.kill();
    terminals.read_rest();
    engine.start();
  }
  terminals.pay(engine.port(), kNumPayments, kNumPayments - 1);
  return terminals.decisions();
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

TEST_CASE("an engine that is killed again and again decides every payment by the features of one that is not") {
  const std::map<int, std::string> expected = decide_all(0);
  REQUIRE(expected.size() == std::size_t{kNumPayments});

  const std::map<int, std::string> decided = decide_all(4);

  CHECK(decided.size() == expected.size());
  for (const auto& [id, decision] : decided) CHECK(decision == expected.at(id));
}
