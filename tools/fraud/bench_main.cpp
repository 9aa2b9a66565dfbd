// fraud_bench: how long a decision takes beside a bare TCP echo, and how many a second are
// sustained (docs/fraud_demo.md).
#include "tools/fraud/latency_bench.hpp"
#include "tools/fraud/summary.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>
#include <vector>

namespace millrace::fraud {
namespace {

// What is asked for beside the echo of the same run.
constexpr double kMostAddedUs = 40;
constexpr double kMostTimes = 3;

struct Flags {
  BenchOptions bench;
  std::vector<double> rates = {1'000, 20'000};
  int rounds = 3;
  double sustained = 50'000;
};

std::string latency_text(const Quantiles& latency) {
  return fmt::format("p50 {:>9}  p99 {:>9}  p99.9 {:>9}", duration_text(latency.p50),
                     duration_text(latency.p99), duration_text(latency.p999));
}

void print(const std::string& what, const Slice& slice) {
  std::cout << fmt::format("  {:<7} {}  the load late by p99 {:>9}", what,
                           latency_text(slice.report.latency),
                           duration_text(slice.report.lateness.p99));
  if (slice.cpu_us > 0) std::cout << fmt::format("  processor {:.1f} us a decision", slice.cpu_us);
  std::cout << std::endl;
}

const char* verdict(bool reached) { return reached ? "reached" : "missed"; }

void print_comparison(const std::vector<std::int64_t>& added,
                      const std::vector<std::int64_t>& permille) {
  const double us = static_cast<double>(median(added)) / 1e3;
  const double times = static_cast<double>(median(permille)) / 1e3;
  std::cout << fmt::format(
      "  p50: echo {:+.0f} us (at most {:+.0f}: {})  p99: {:.2f} x echo (at most {:.0f}: {})\n", us,
      kMostAddedUs, verdict(us <= kMostAddedUs), times, kMostTimes, verdict(times <= kMostTimes));
}

/// Echo and engine in turn; the differences of neighbours count, and their median is told.
Status compare(LatencyBench& bench, double rate, int rounds) {
  std::vector<std::int64_t> added, permille;
  std::cout << grouped(static_cast<std::int64_t>(rate)) << "/s" << std::endl;
  for (int round = 0; round < rounds; ++round) {
    const Slice echo = bench.echo(rate);
    print("echo", echo);
    const auto engine = bench.engine(rate);
    if (!engine.ok()) return engine.error();
    print("engine", *engine);
    added.push_back(engine->report.latency.p50 - echo.report.latency.p50);
    permille.push_back(engine->report.latency.p99 * 1000 /
                       std::max<std::int64_t>(1, echo.report.latency.p99));
  }
  print_comparison(added, permille);
  return {};
}

/// Sustained: what came was decided in time, so that nothing was left over but what was on its way.
Status sustain(LatencyBench& bench, double rate) {
  std::cout << "sustained " << grouped(static_cast<std::int64_t>(rate)) << "/s" << std::endl;
  const auto slice = bench.engine(rate);
  if (!slice.ok()) return slice.error();
  print("engine", *slice);
  const LoadReport& report = slice->report;
  const double second = 1e9;
  const bool reached = report.waiting + report.undecided == 0 &&
                       static_cast<double>(report.latency.p999) < second &&
                       static_cast<double>(report.lateness.p99) < second;
  std::cout << fmt::format("  {} of {} payments decided in {:.1f} s ({})\n",
                           grouped(report.decisions), grouped(report.payments), report.seconds,
                           verdict(reached));
  return {};
}

int run_all(const Flags& flags) {
  LatencyBench bench(flags.bench);
  Status status;
  for (const double rate : flags.rates)
    if (status.ok() && flags.rounds > 0) status = compare(bench, rate, flags.rounds);
  if (status.ok() && flags.sustained > 0) status = sustain(bench, flags.sustained);
  if (status.ok()) return 0;
  std::cerr << "error: " << status.error().message << "\n";
  return 1;
}

int run(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Times decisions of the fraud topology against a bare TCP echo in turn."};
  app.add_option("--engine", flags.bench.program, "The program `millrace`.")->required();
  app.add_option("--topology", flags.bench.topology, "examples/fraud.yaml")->required();
  app.add_option("--rates", flags.rates, "Messages a second (1000,20000).")->delimiter(',');
  app.add_option("--rounds", flags.rounds, "Of echo and engine for each rate (3); 0: none.");
  app.add_option("--seconds", flags.bench.seconds, "Of each slice, without its warm-up (5).");
  app.add_option("--sustained", flags.sustained, "Rate to hold at the end; 0: none (50000).");
  app.add_option("--trigger", flags.bench.trigger, "When epochs end (continuous 10 ms).");
  app.add_flag("--spin", flags.bench.load.spin, "The load polls without sleeping.");
  app.add_flag("--spin-servers", flags.bench.spin, "So do engine and echo.");
  CLI11_PARSE(app, argc, argv);
  return run_all(flags);
}

}  // namespace
}  // namespace millrace::fraud

int main(int argc, char** argv) { return millrace::fraud::run(argc, argv); }
