// fraud_demo: the fraud-detection demo, simulator and engine side by side (docs/fraud_demo.md).
#include "tools/fraud/demo.hpp"
#include "tools/fraud/demo_pages.hpp"
#include "tools/fraud/echo_server.hpp"
#include "tools/fraud/summary.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <random>

namespace millrace::fraud {
namespace {

constexpr double kEchoSeconds = 2;

struct Flags {
  DemoOptions demo;
  bool headless = false;
  bool no_kill = false;
  int port = 8080;
  std::string token;
};

Demo* running_demo = nullptr;

void on_signal(int) {
  if (running_demo != nullptr) running_demo->stop();
}

/// Ctrl-C ends the load; the summary follows.
void catch_signals(Demo& demo) {
  running_demo = &demo;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

/// Latency of a bare TCP echo under the same load; what the engine is held against.
Quantiles echo_latency(const Population& population, LoadOptions load) {
  const EchoServer echo;
  load.engine = {"127.0.0.1", echo.port()};
  load.acknowledge = false;
  load.warm_up_seconds = kEchoSeconds / 4;
  TerminalLoad echoed(population, load);
  echoed.run(kEchoSeconds, 1);
  return echoed.report().latency;
}

std::string random_token() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

Result<std::unique_ptr<HttpServer>> start_page(const Flags& flags, Demo& demo) {
  HttpAccess access;
  access.port = flags.port;
  access.token = flags.token.empty() ? random_token() : flags.token;
  auto server = std::make_unique<HttpServer>(access);
  add_demo_pages(*server, demo);
  if (Status status = server->start(); !status.ok()) return status.error();
  std::cout << "Open http://127.0.0.1:" << server->port() << "/#token=" << access.token
            << std::endl;
  return server;
}

int fail(const std::string& message, const std::string& log) {
  std::cerr << log << "error: " << message << "\n";
  return 1;
}

void print_summary(const DemoOptions& options, const LoadReport& report, const Quantiles& floor) {
  std::cout << "\nSummary\n" << summary(report);
  std::cout << "  a bare TCP echo     p50 " << duration_text(floor.p50) << "  p99 "
            << duration_text(floor.p99) << "  p99.9 " << duration_text(floor.p999) << "\n";
  if (options.kill_at >= 0 && report.num_outages > 0)
    std::cout << "  back after kill -9  " << static_cast<int>(report.last_outage_ms)
              << " ms, from the lost connection to the next decision; "
              << grouped(report.sent_again) << " records were sent again\n";
}

int run_demo(const Flags& flags) {
  std::cout << "Measuring a bare TCP echo for comparison ..." << std::endl;
  const Quantiles floor = echo_latency(make_population(flags.demo.population), flags.demo.load);
  Demo demo(flags.demo);
  if (const Status status = demo.start(); !status.ok()) return fail(status.error().message, {});
  std::unique_ptr<HttpServer> server;
  if (!flags.headless) {
    auto started = start_page(flags, demo);
    if (!started.ok()) return fail(started.error().message, {});
    server = std::move(*started);
  }
  catch_signals(demo);
  const LoadReport report = demo.run();
  running_demo = nullptr;
  if (report.decisions == 0) return fail("the engine decided nothing", demo.engine_log());
  print_summary(flags.demo, report, floor);
  if (report.waiting + report.undecided == 0) return 0;
  return fail("payments without a decision", demo.engine_log());
}

void add_flags(CLI::App& app, Flags& flags) {
  DemoOptions& demo = flags.demo;
  app.add_option("--engine", demo.program, "The program `millrace`.")->required();
  app.add_option("--topology", demo.topology, "examples/fraud.yaml")->required();
  app.add_flag("--headless", flags.headless, "No page; kills the engine once, half-way.");
  app.add_option("--duration", demo.seconds, "How long, as 30s or 5m (30s; with a page 10m).")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"m", 60}},
                                        CLI::AsNumberWithUnit::UNIT_OPTIONAL));
  app.add_option("--rate", demo.load.rate, "Messages a second (1000).")->check(CLI::PositiveNumber);
  app.add_option("--seed", demo.load.seed, "Seed of the traffic (1).");
  app.add_option("--customers", demo.population.num_customers, "Number of cards (5000).");
  app.add_option("--trigger", demo.trigger, "When epochs end (continuous 10 ms).");
  app.add_flag("--spin", demo.load.spin, "The simulator polls without sleeping.");
  app.add_flag("--no-kill", flags.no_kill, "With --headless: do not kill the engine.");
  app.add_option("--port", flags.port, "Of the page, on 127.0.0.1; 0: any that is free (8080).");
  app.add_option("--token", flags.token, "That the page's buttons need (a random one).");
}

int run(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Card payments, each approved, challenged or declined while you watch."};
  add_flags(app, flags);
  CLI11_PARSE(app, argc, argv);
  if (!flags.headless && app.count("--duration") == 0) flags.demo.seconds = 600;
  if (flags.headless && !flags.no_kill) flags.demo.kill_at = flags.demo.seconds / 2;
  return run_demo(flags);
}

}  // namespace
}  // namespace millrace::fraud

int main(int argc, char** argv) { return millrace::fraud::run(argc, argv); }
