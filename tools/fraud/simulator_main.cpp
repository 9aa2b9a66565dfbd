// fraud_simulator: card payments, honest and not, written to files or sent to an engine.
#include "tools/fraud/dataset.hpp"
#include "tools/fraud/echo_server.hpp"
#include "tools/fraud/kafka_terminals.hpp"
#include "tools/fraud/summary.hpp"
#include "tools/fraud/terminal_load.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

namespace millrace::fraud {
namespace {

struct Flags {
  PopulationOptions population;
  LoadOptions load;
  std::uint64_t seed = 1;
  std::string folder;
  int days = 30;
  double seconds = 10;
  KafkaLoadOptions kafka;
  bool echo = false;
  bool regular = false;
};

int report_failure(const Error& error) {
  std::cerr << "error: " << error.message << "\n";
  return static_cast<int>(error.kind);
}

int write(const Flags& flags) {
  const Population population = make_population(flags.population);
  Status status = write_population(flags.folder, population);
  if (status.ok() && flags.days > 0)
    status = write_days(flags.folder, population, flags.seed, flags.days);
  return status.ok() ? 0 : report_failure(status.error());
}

/// Prints a line each second while the load runs on a thread of its own.
LoadReport watch(TerminalLoad& load, double seconds) {
  std::atomic<bool> done{false};
  std::thread runner([&] {
    load.run(seconds, 3);
    done = true;
    done.notify_all();
  });
  for (int tick = 1; !done; ++tick) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (tick % 10 == 0) std::cout << progress_line(load.report()) << std::endl;
  }
  runner.join();
  return load.report();
}

int send_by_kafka(const Flags& flags, const Population& population) {
  KafkaLoadOptions options = flags.kafka;
  options.rate = flags.load.rate;
  options.seconds = flags.seconds;
  options.seed = flags.seed;
  const auto report = send_to_kafka(population, options);
  if (!report.ok()) return report_failure(report.error());
  std::cout << "  transactions        " << grouped(report->sent) << " (the brokers have "
            << grouped(report->delivered) << ")\n  the load's lateness p50 "
            << duration_text(report->lateness.p50) << "  p99 "
            << duration_text(report->lateness.p99) << "\n";
  return report->delivered == report->sent ? 0 : 1;
}

int send(Flags flags) {
  flags.load.seed = flags.seed;
  flags.load.poisson = !flags.regular;
  std::unique_ptr<EchoServer> echo;
  if (flags.echo) {
    echo = std::make_unique<EchoServer>();
    flags.load.engine = {"127.0.0.1", echo->port()};
    flags.load.acknowledge = false;
  }
  const Population population = make_population(flags.population);
  if (!flags.kafka.servers.empty()) return send_by_kafka(flags, population);
  TerminalLoad load(population, flags.load);
  const LoadReport report = watch(load, flags.seconds);
  std::cout << summary(report);
  return report.waiting == 0 ? 0 : 1;
}

void add_population(CLI::App* command, Flags& flags) {
  command->add_option("--seed", flags.seed, "Seed of all that is random (1).");
  command->add_option("--customers", flags.population.num_customers, "Number of cards (5000).")
      ->check(CLI::Range(1, 10'000'000));
  command->add_option("--terminals", flags.population.num_terminals, "Number of terminals (1000).")
      ->check(CLI::Range(kNumCountries + 1, 1'000'000));
}

int run(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Simulates card payments, honest and fraudulent."};
  app.require_subcommand(1);
  CLI::App* files = app.add_subcommand("write", "Write the population and labelled days as files.");
  files->add_option("folder", flags.folder, "Folder that exists.")->required();
  files->add_option("--days", flags.days, "Days of traffic; 0: the population only (30).");
  add_population(files, flags);
  CLI::App* live = app.add_subcommand("send", "Send payments to an engine and time its answers.");
  live->add_option("--host", flags.load.engine.host, "Where the engine listens.")
      ->default_val("127.0.0.1");
  live->add_option("--port", flags.load.engine.port, "Port of the engine.");
  live->add_option("--kafka", flags.kafka.servers,
                   "Send to Kafka instead: HOST:PORT of its brokers.");
  live->add_option("--topic", flags.kafka.topic, "With --kafka: the topic (transactions).");
  live->add_option("--rate", flags.load.rate, "Messages a second (1000).")
      ->check(CLI::PositiveNumber);
  live->add_option("--seconds", flags.seconds, "How long (10).")->check(CLI::PositiveNumber);
  live->add_option("--warm-up", flags.load.warm_up_seconds, "Seconds without figures (1).");
  live->add_flag("--spin", flags.load.spin, "Poll without sleeping.");
  live->add_flag("--regular", flags.regular, "Equal gaps instead of Poisson arrivals.");
  live->add_flag("--echo", flags.echo, "Measure a bare TCP echo instead of an engine.");
  add_population(live, flags);
  CLI11_PARSE(app, argc, argv);
  return files->parsed() ? write(flags) : send(flags);
}

}  // namespace
}  // namespace millrace::fraud

int main(int argc, char** argv) { return millrace::fraud::run(argc, argv); }
