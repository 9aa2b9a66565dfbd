#include "tools/fraud/demo.hpp"

#include "metrics/progress.hpp"
#include "tools/fraud/report_json.hpp"
#include "tools/fraud/summary.hpp"

#include <fmt/format.h>

#include <atomic>
#include <iostream>

namespace millrace::fraud {

namespace {

constexpr double kDrainSeconds = 5;
constexpr std::chrono::milliseconds kTick{10};
constexpr int kTicksPerSecond = 100;
constexpr std::size_t kKeptLog = 30;

}  // namespace

Demo::Demo(const DemoOptions& options)
    : options_(options),
      population_(make_population(options.population)),
      engine_(options.program, options.topology),
      trigger_(options.trigger) {}

Demo::~Demo() = default;

Status Demo::start() {
  if (Status status = engine_.start(population_, trigger_); !status.ok()) return status;
  LoadOptions load = options_.load;
  load.engine = {"127.0.0.1", engine_.port()};
  load_ = std::make_unique<TerminalLoad>(population_, load);
  load_->on_decision(
      [this](const Transaction& payment, std::string_view line) { recent_.add(payment, line); });
  alert_reader_ = std::make_unique<AlertReader>(engine_.alert_port(), alert_book_);
  return {};
}

void Demo::kill_engine() {
  tell("engine killed with SIGKILL");
  num_outages_ = load_->report().num_outages;
  engine_.kill();
  engine_.start_again();
  is_down_ = true;
}

void Demo::switch_mode(std::string trigger) {
  tell("stopping the engine, to go on with: " + trigger);
  engine_.stop();
  engine_.start_again(trigger);
  {
    const std::lock_guard lock(mutex_);
    trigger_ = std::move(trigger);
  }
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
  if (!engine_.has_died()) return;
  tell("the engine ended by itself; starting it again");
  engine_.start_again();
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
  engine_.stop();
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

}  // namespace millrace::fraud
