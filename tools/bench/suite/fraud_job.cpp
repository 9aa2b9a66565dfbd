// The fraud demo as a job: its simulator is the load, its summary the result (docs/fraud_demo.md).
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <optional>

#include "tools/bench/child_process.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

constexpr int kPayments = 10'000;
constexpr const char* kNames[] = {"p50", "p99", "p99.9"};

/// Microseconds behind `name` in a line such as "latency  p50 80 us  p99 1.20 ms".
std::optional<double> micros_of(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name + " ");
  if (at == std::string::npos) return std::nullopt;
  double value = 0;
  char unit[3] = {};
  if (std::sscanf(line.c_str() + at + name.size(), " %lf %2s", &value, unit) != 2)
    return std::nullopt;
  return std::string(unit) == "ms" ? value * 1000 : value;
}

/// The line of the summary that begins with `title`; empty when there is none.
std::string line_of(const std::string& summary, const std::string& title) {
  const std::size_t at = summary.find("\n  " + title);
  return at == std::string::npos ? "" : summary.substr(at + 1, summary.find('\n', at + 1) - at - 1);
}

std::string run_demo(const SuiteOptions& options) {
  ChildProcess demo({options.programs + "/fraud_demo", "--engine", options.programs + "/millrace",
                     "--topology", EXAMPLES_FOLDER "/fraud.yaml", "--headless", "--no-kill", "--spin",
                     "--rate", std::to_string(kPayments), "--duration",
                     fmt::format("{:.0f}s", options.seconds + 1)},
                    -1, true);
  std::string said;
  char text[4096];
  for (ssize_t n; (n = read(demo.output_fd(), text, sizeof text)) > 0;)
    said.append(text, static_cast<std::size_t>(n));
  return demo.wait() == 0 ? said : "";
}

}  // namespace

void run_fraud(const SuiteOptions& options, Results& results) {
  std::cerr << fmt::format("J10 over TCP, {}/s\n", kPayments);
  unpin();
  std::vector<double> engine[3], floor[3];
  for (int round = 0; round < options.rounds; ++round) {
    const std::string summary = run_demo(options);
    for (int i = 0; i < 3; ++i) {
      const auto decision = micros_of(line_of(summary, "latency"), kNames[i]);
      const auto echo = micros_of(line_of(summary, "a bare TCP echo"), kNames[i]);
      if (!decision || !echo)
        return results.missing.push_back({"J10", "the demo gave no summary"});
      engine[i].push_back(*decision);
      floor[i].push_back(*echo);
    }
  }
  for (int i = 0; i < 3; ++i) {
    Figure figure = make_figure(
        "J10", fmt::format("TCP, {}/s, durable every 10 ms, payment to decision: {}", kPayments, kNames[i]), "us",
        engine[i]);
    figure.floor_us = make_figure("", "", "", floor[i]).value;
    if (i == 1) hold_to(figure, 10'000);
    results.figures.push_back(std::move(figure));
  }
}

}  // namespace millrace::bench
