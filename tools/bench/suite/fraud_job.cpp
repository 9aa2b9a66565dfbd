// The fraud topology as a job: `fraud_bench` measures it and a TCP echo in turn (docs/fraud_demo.md).
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <sstream>

#include "tools/bench/child_process.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

constexpr const char* kFraudQuantiles[] = {"p50", "p99", "p99.9"};

/// Microseconds behind `name` in a line such as "engine  p50 80 us  p99 1.20 ms".
std::optional<double> micros_of(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name + " ");
  if (at == std::string::npos) return std::nullopt;
  double value = 0;
  char unit[3] = {};
  if (std::sscanf(line.c_str() + at + name.size(), " %lf %2s", &value, unit) != 2)
    return std::nullopt;
  return std::string(unit) == "ms" ? value * 1000 : value;
}

/// A quantile of one system in each round.
std::vector<double> quantiles_of(const std::string& said, const std::string& system,
                                 const std::string& name) {
  std::vector<double> values;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("  " + system + " ", 0) == 0)
      if (const auto value = micros_of(line, name)) values.push_back(*value);
  return values;
}

std::string run_fraud_bench(int rate, const SuiteOptions& options) {
  ChildProcess bench({options.programs + "/fraud_bench", "--engine", options.programs + "/millrace",
                      "--topology", EXAMPLES_FOLDER "/fraud.yaml", "--rates", std::to_string(rate),
                      "--rounds", std::to_string(std::min(options.rounds, 3)), "--seconds",
                      fmt::format("{}", options.seconds), "--sustained", "0", "--spin"},
                     -1, true);
  const std::string said = bench.read_output();
  return bench.wait() == 0 ? said : "";
}

void add_ratio_to_echo(const std::string& place, const std::vector<double>& engine,
                       const std::vector<double>& echo, Results& results) {
  std::vector<double> times;
  for (std::size_t i = 0; i < engine.size(); ++i) times.push_back(engine[i] / echo[i]);
  Figure figure = make_figure("J10", place + "p99 to echo", "x", times);
  figure.engine_us = make_figure("", "", "", engine).value;
  figure.floor_us = make_figure("", "", "", echo).value;
  hold_to(figure, 3);
  results.figures.push_back(std::move(figure));
}

void measure_fraud(int rate, const SuiteOptions& options, Results& results) {
  std::cerr << fmt::format("J10 over TCP, {}/s\n", rate);
  const std::string said = run_fraud_bench(rate, options);
  const std::string place = fmt::format("TCP, {}/s, durable every 10 ms, payment to decision: ", rate);
  for (const char* name : kFraudQuantiles) {
    const std::vector<double> engine = quantiles_of(said, "engine", name);
    const std::vector<double> echo = quantiles_of(said, "echo", name);
    if (engine.empty() || engine.size() != echo.size())
      return results.missing.push_back({"J10", "fraud_bench gave no figures"});
    Figure figure = make_figure("J10", place + name, "us", engine);
    figure.floor_us = make_figure("", "", "", echo).value;
    results.figures.push_back(std::move(figure));
    if (std::string(name) == "p99") add_ratio_to_echo(place, engine, echo, results);
  }
}

}  // namespace

void run_fraud(const SuiteOptions& options, Results& results) {
  unpin();
  for (int rate : {1'000, 20'000}) measure_fraud(rate, options, results);
}

}  // namespace millrace::bench
