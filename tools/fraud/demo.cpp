#include "tools/fraud/demo.hpp"

#include "metrics/progress.hpp"
#include "tools/fraud/http_get.hpp"
#include "tools/fraud/report_json.hpp"
#include "tools/fraud/summary.hpp"

#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <sstream>

namespace millrace::fraud {

namespace {

constexpr double kDrainSeconds = 5;
constexpr std::chrono::seconds kStartTime{20};
constexpr std::chrono::milliseconds kTick{10};
constexpr int kTicksPerSecond = 100;
constexpr std::size_t kKeptLog = 30;

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

Demo::Demo(const DemoOptions& options)
    : options_(options),
      population_(make_population(options.population)),
      trigger_(options.trigger) {}

Demo::~Demo() = default;

std::vector<std::string> Demo::engine_command() const {
  const auto local = [this](const char* name) { return folder_.path() + "/" + name; };
  const auto set = [](const std::string& key, const std::string& value) {
    return key + "=" + value;
  };
  return {options_.program,  "run",
          options_.topology, "--progress=off",
          "--trigger",       trigger_,
          "--checkpoint",    local("checkpoint"),
          "--http",          "127.0.0.1:" + std::to_string(http_port_),
          "--set",           set("sources.terminals.port", std::to_string(engine_port_)),
          "--set",           set("sinks.alerts.port", std::to_string(alert_port_))};
}

Status Demo::start() {
  if (folder_.path().empty())
    return make_error(ErrorKind::CannotCreate, "demo: cannot make a temporary folder");
  const std::vector<int> ports = free_ports(3);
  engine_port_ = ports[0];
  alert_port_ = ports[1];
  http_port_ = ports[2];
  engine_.emplace(engine_command(), folder_.path() + "/engine.log");
  engine_->start();
  LoadOptions load = options_.load;
  load.engine = {"127.0.0.1", engine_port_};
  load_ = std::make_unique<TerminalLoad>(population_, load);
  load_->on_decision(
      [this](const Transaction& payment, std::string_view line) { recent_.add(payment, line); });
  alert_reader_ = std::make_unique<AlertReader>(alert_port_, alert_book_);
  return await_engine();
}

Status Demo::await_engine() {
  const auto give_up = std::chrono::steady_clock::now() + kStartTime;
  for (;;) {
    const auto state = http_get(http_port_, "/api/state");
    if (state && !state->empty()) return {};
    if (engine_->has_died() || std::chrono::steady_clock::now() > give_up)
      return make_error(ErrorKind::Unavailable,
                        "demo: the engine does not start:\n" + engine_log());
    std::this_thread::sleep_for(kTick);
  }
}

void Demo::kill_engine() {
  tell("engine killed with SIGKILL");
  num_outages_ = load_->report().num_outages;
  engine_->kill();
  engine_->start();
  is_down_ = true;
}

void Demo::switch_mode(std::string trigger) {
  tell("stopping the engine, to go on with: " + trigger);
  engine_->stop();
  {
    const std::lock_guard lock(mutex_);
    trigger_ = std::move(trigger);
  }
  engine_->set_command(engine_command());
  engine_->start();
  load_->forget_latency();
}

void Demo::watch_engine(double seconds) {
  bool kill = false;
  std::optional<std::string> mode;
  {
    const std::lock_guard lock(mutex_);
    kill = std::exchange(kill_asked_, false);
    mode = std::exchange(mode_asked_, std::nullopt);
  }
  if (options_.kill_at >= 0 && seconds >= options_.kill_at && !was_killed_by_clock_)
    kill = was_killed_by_clock_ = true;
  if (kill) return kill_engine();
  if (mode) return switch_mode(std::move(*mode));
  if (!engine_->has_died()) return;
  tell("the engine ended by itself; starting it again");
  engine_->start();
}

void Demo::note_recovery(const LoadReport& report) {
  if (!is_down_ || report.num_outages == num_outages_) return;
  is_down_ = false;
  num_outages_ = report.num_outages;
  tell(fmt::format("decisions again after {:.0f} ms; {} payments were sent again, {} lost",
                   report.last_outage_ms, grouped(report.sent_again), grouped(report.undecided)));
}

void Demo::note_latency(const LoadReport& report) {
  const std::lock_guard lock(mutex_);
  for (ModeFigures& mode : modes_)
    if (mode.trigger == trigger_) {
      if (report.latency.p50 > 0) mode.latency = report.latency;
      return;
    }
  modes_.push_back({trigger_, report.latency});
}

LoadReport Demo::run() {
  std::atomic<bool> done{false};
  std::thread sender([&] {
    load_->run(options_.seconds, kDrainSeconds);
    done = true;
  });
  for (int tick = 1; !done; ++tick) {
    std::this_thread::sleep_for(kTick);
    const LoadReport report = load_->report();
    watch_engine(report.seconds);
    note_recovery(report);
    if (tick % kTicksPerSecond != 0) continue;
    note_latency(report);
    std::cout << progress_line(report) << std::endl;
  }
  sender.join();
  alert_reader_.reset();
  engine_->stop();
  return load_->report();
}

void Demo::tell(std::string text) {
  std::cout << "        " << text << std::endl;
  const std::lock_guard lock(mutex_);
  log_.push_back({++num_log_entries_, std::move(text)});
  if (log_.size() > kKeptLog) log_.pop_front();
}

void Demo::ask_to_kill() {
  const std::lock_guard lock(mutex_);
  kill_asked_ = true;
}

void Demo::ask_for_mode(std::string trigger) {
  const std::lock_guard lock(mutex_);
  if (trigger != trigger_) mode_asked_ = std::move(trigger);
}

void Demo::set_rate(double per_second) {
  load_->set_rate(per_second);
  load_->forget_latency();
}

std::string Demo::state_json(const std::optional<std::string>& engine_state) const {
  const LoadReport report = load_->report();
  const std::lock_guard lock(mutex_);
  std::string modes, log;
  for (const ModeFigures& mode : modes_)
    modes += fmt::format("{}{{\"name\":{},{}}}", modes.empty() ? "" : ",",
                         json_string(mode.trigger), quantiles_json(mode.latency));
  for (const LogEntry& entry : log_)
    log += fmt::format("{}{{\"number\":{},\"text\":{}}}", log.empty() ? "" : ",", entry.number,
                       json_string(entry.text));
  return fmt::format(
      "{{\"time\":{:.0f},\"mode\":{},\"targetRate\":{:.0f},\"load\":{},\"engine\":{},"
      "\"decisions\":{},\"modes\":[{}],\"log\":[{}]}}",
      report.seconds * 1000, json_string(trigger_), load_->rate(), report_json(report),
      engine_state && !engine_state->empty() ? *engine_state : "null", recent_.json(), modes, log);
}

std::string Demo::engine_log() const {
  std::ifstream file(folder_.path() + "/engine.log");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace millrace::fraud
