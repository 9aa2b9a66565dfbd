#include "tools/fraud/fraud_engine.hpp"

#include "records/tcp.hpp"
#include "tools/fraud/dataset.hpp"
#include "tools/fraud/http_get.hpp"

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

namespace millrace::fraud {

namespace {

constexpr std::chrono::seconds kStartTime{20};
constexpr std::chrono::milliseconds kLookAgain{10};

/// Ports that nobody listens on at the moment, all different.
std::vector<int> free_ports(std::size_t count) {
  std::vector<Descriptor> held;
  std::vector<int> ports;
  while (ports.size() < count) {
    auto listening = listen_on("demo", {"127.0.0.1", 0});
    if (!listening.ok()) return std::vector<int>(count, 0);
    ports.push_back(local_port(listening->get()));
    held.push_back(std::move(*listening));
  }
  return ports;
}

}  // namespace

FraudEngine::FraudEngine(std::string program, std::string topology, bool spin)
    : program_(std::move(program)), topology_(std::move(topology)), spin_(spin) {}

std::vector<std::string> FraudEngine::command(const std::string& trigger) const {
  std::vector<std::string> words{program_,       "run",
                                 topology_,      "--progress=off",
                                 "--idle",       spin_ ? "spin" : "park",
                                 "--trigger",    trigger,
                                 "--checkpoint", folder_.path() + "/checkpoint",
                                 "--http",       "127.0.0.1:" + std::to_string(http_port_)};
  const auto set = [&](const std::string& key, const std::string& value) {
    words.insert(words.end(), {"--set", key + "=" + value});
  };
  set("sources.transactions.port", std::to_string(port_));
  set("sources.customers.path", folder_.path() + "/customers.csv");
  set("sources.terminals.path", folder_.path() + "/terminals.csv");
  set("sinks.alerts.port", std::to_string(alert_port_));
  return words;
}

Status FraudEngine::start(const Population& population, const std::string& trigger) {
  if (folder_.path().empty())
    return make_error(ErrorKind::CannotCreate, "demo: cannot make a temporary folder");
  if (Status status = write_population(folder_.path(), population); !status.ok()) return status;
  const std::vector<int> ports = free_ports(3);
  port_ = ports[0];
  alert_port_ = ports[1];
  http_port_ = ports[2];
  process_.emplace(command(trigger), folder_.path() + "/engine.log");
  process_->start();
  return await();
}

void FraudEngine::start_again(const std::string& trigger) {
  process_->set_command(command(trigger));
  process_->start();
}

Status FraudEngine::await() {
  const auto give_up = std::chrono::steady_clock::now() + kStartTime;
  for (;;) {
    const auto state = http_get(http_port_, "/api/state");
    if (state && !state->empty()) return {};
    if (process_->has_died() || std::chrono::steady_clock::now() > give_up)
      return make_error(ErrorKind::Unavailable, "demo: the engine does not start:\n" + log());
    std::this_thread::sleep_for(kLookAgain);
  }
}

std::string FraudEngine::log() const {
  std::ifstream file(folder_.path() + "/engine.log");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace millrace::fraud
