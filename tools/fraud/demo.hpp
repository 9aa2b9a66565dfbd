#pragma once

#include "tools/fraud/alert_reader.hpp"
#include "tools/fraud/fraud_engine.hpp"
#include "tools/fraud/recent_decisions.hpp"
#include "tools/fraud/terminal_load.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace millrace::fraud {

struct DemoOptions {
  std::string program;   // the engine
  std::string topology;  // examples/fraud.yaml
  std::string trigger = "continuous 10 ms";
  PopulationOptions population;
  LoadOptions load;
  double seconds = 30;
  /// Kill the engine at this time and start it again; negative: never.
  double kill_at = -1;
};

/// The simulator and the engine side by side: starts the engine, sends it payments, kills it,
/// restarts it or starts it in another mode on demand, and starts it again when it dies by itself.
///
/// `start` and `run` belong to one thread; all other methods may be called from any thread.
class Demo {
 public:
  explicit Demo(const DemoOptions& options);
  ~Demo();

  /// Starts the engine and waits until it runs.
  Status start();
  /// Sends payments for the time and prints a line each second; the last report.
  LoadReport run();
  void stop() { load_->stop(); }

  // What the page asks for.
  void ask_to_kill();
  void ask_for_mode(std::string trigger);
  void set_rate(double per_second);
  /// All that the page shows, as JSON; `engine_state` is what the engine's own server says.
  std::string state_json(const std::optional<std::string>& engine_state) const;
  const AlertBook& alerts() const { return alert_book_; }
  int engine_http_port() const { return engine_.http_port(); }

  /// What the engine wrote, for the user when something failed.
  std::string engine_log() const { return engine_.log(); }

 private:
  /// The latency of one way to run the engine.
  struct ModeFigures {
    std::string trigger;
    Quantiles latency;
  };
  struct LogEntry {
    int number;
    std::string text;
  };

  void watch_engine(double seconds);
  void kill_engine();
  void switch_mode(std::string trigger);
  void note_recovery(const LoadReport& report);
  void note_latency(const LoadReport& report);
  void tell(std::string text);

  const DemoOptions options_;
  const Population population_;
  // Its process: touched by the thread of `run` only.
  FraudEngine engine_;
  bool was_killed_by_clock_ = false;
  bool is_down_ = false;
  std::int64_t num_outages_ = 0;

  RecentDecisions recent_;
  AlertBook alert_book_;
  std::unique_ptr<TerminalLoad> load_;
  std::unique_ptr<AlertReader> alert_reader_;

  mutable std::mutex mutex_;  // guards what follows
  std::string trigger_;
  bool kill_asked_ = false;
  std::optional<std::string> mode_asked_;
  std::vector<ModeFigures> modes_;
  std::deque<LogEntry> log_;
  int num_log_entries_ = 0;
};

}  // namespace millrace::fraud
