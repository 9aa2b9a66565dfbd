#pragma once

#include "records/result.hpp"
#include "tools/fraud/engine_process.hpp"
#include "tools/fraud/population.hpp"
#include "tools/fraud/scratch_folder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace millrace::fraud {

/// `millrace run examples/fraud.yaml` as a process of its own, with ports, tables and a checkpoint
/// that nobody else uses; the checkpoint stays when the process is killed and started again.
/// `start` and what ends the process belong to one thread.
class FraudEngine {
 public:
  /// `program`: millrace; `topology`: examples/fraud.yaml; `spin`: it polls without sleeping.
  FraudEngine(std::string program, std::string topology, bool spin = false);

  /// Writes the tables of the population, starts the process and waits until it serves.
  Status start(const Population& population, const std::string& trigger);
  /// Starts it again; does not wait.
  void start_again() { process_->start(); }
  void start_again(const std::string& trigger);
  void kill() { process_->kill(); }
  /// What was read is answered first.
  void stop() { process_->stop(); }
  bool has_died() { return process_->has_died(); }

  int port() const { return port_; }
  int alert_port() const { return alert_port_; }
  int http_port() const { return http_port_; }
  /// Processor time that the process has used since it was started, in seconds.
  double cpu_seconds() const { return process_->cpu_seconds(); }
  /// What the engine wrote, for the user when something failed.
  std::string log() const;

 private:
  std::vector<std::string> command(const std::string& trigger) const;
  Status await();

  const std::string program_;
  const std::string topology_;
  const bool spin_;
  const ScratchFolder folder_;
  int port_ = 0;
  int alert_port_ = 0;
  int http_port_ = 0;
  std::optional<EngineProcess> process_;
};

}  // namespace millrace::fraud
