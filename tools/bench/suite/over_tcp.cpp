#include <fmt/format.h>
#include <sched.h>

#include <iostream>

#include "tools/bench/child_process.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

/// Engine or bare loop, with durable state or without.
struct System {
  std::string name;
  bool is_engine = false;
  bool is_durable = false;
};

std::vector<System> systems_of(const TcpJob& job) {
  if (!job.is_durable) return {{"floor", false, false}, {"engine", true, false}};
  return {{"floor", false, true},
          {"engine", true, true},
          {"floor without log", false, false},
          {"engine without checkpoint", true, false}};
}

std::vector<std::string> floor_command(const TcpJob& job, const LoadPoint& point,
                                       const System& system, const SuiteOptions& options,
                                       const Scratch& scratch, const TcpLoad& load) {
  std::vector<std::string> command{options.programs + "/" + job.floor.front(), point.idle,
                                   std::to_string(load.in_port()),
                                   std::to_string(load.out_port())};
  command.insert(command.end(), job.floor.begin() + 1, job.floor.end());
  if (job.is_durable)
    command.push_back(system.is_durable ? (scratch.path() / "log").string() : "none");
  return command;
}

/// Users of the load and the countries that J3 joins them with.
void write_table(const Scratch& scratch, std::int64_t num_users) {
  std::filesystem::create_directory(scratch.path() / "countries");
  std::string text = "user,country\n";
  for (std::int64_t i = 0; i < num_users; ++i) text += fmt::format("u{},country {}\n", i, i % 200);
  scratch.write("countries/table.csv", text);
}

std::string engine_file(const TcpJob& job, const Scratch& scratch, const TcpLoad& load) {
  write_table(scratch, job.shape.num_users);
  return scratch.write("topology.yaml", topology_of(job, load));
}

std::vector<std::string> engine_command(const TcpJob& job, const LoadPoint& point,
                                        const System& system, const SuiteOptions& options,
                                        const Scratch& scratch, const TcpLoad& load) {
  std::vector<std::string> command{options.programs + "/millrace",
                                   "run",
                                   engine_file(job, scratch, load),
                                   "--idle",
                                   point.idle,
                                   "--progress",
                                   "off",
                                   "--log-level",
                                   "error"};
  if (system.is_durable) {
    command.push_back("--checkpoint");
    command.push_back((scratch.path() / "state").string());
  }
  return command;
}

Slice run_slice(const TcpJob& job, const LoadPoint& point, const System& system,
                const SuiteOptions& options) {
  TcpLoad load;
  Scratch scratch;
  ChildProcess process(
      system.is_engine ? engine_command(job, point, system, options, scratch, load)
                       : floor_command(job, point, system, options, scratch, load),
      1, false);
  Slice slice;
  if (!load.accept(10)) return slice;
  LoadShape shape = job.shape;
  shape.rate = point.rate;
  shape.arrivals = options.arrivals;
  shape.seconds = std::max(options.seconds, job.shape.returns == Returns::Results ? 4.0 : 0.0);
  const ProcessCost before = cost_of(process.pid());
  const std::int64_t stolen_before = stolen_ns();
  take_latencies(load.run(shape), slice);
  slice.cost = cost_of(process.pid()) - before;
  const double elapsed_ns = (shape.warm_up + shape.seconds) * 1e9;
  slice.disturbance.run_delay_share = static_cast<double>(slice.cost.run_delay_ns) / elapsed_ns;
  slice.disturbance.steal_share =
      static_cast<double>(stolen_ns() - stolen_before) / elapsed_ns / 2;
  return slice;
}

void run_point(const TcpJob& job, const LoadPoint& point, const SuiteOptions& options,
               Results& results) {
  const std::vector<System> systems = systems_of(job);
  std::vector<Series> all;
  for (const System& system : systems)
    all.push_back({job.name, "TCP", point.idle,
                   options.arrivals == Arrivals::Constant ? "constant" : "poisson", point.rate,
                   system.name, {}});
  std::cerr << fmt::format("{} over TCP, {:.0f}/s, {}\n", job.name, point.rate, point.idle);
  for (int round = 0; round < options.rounds; ++round)
    for (std::size_t i = 0; i < systems.size(); ++i)
      all[i].slices.push_back(run_slice(job, point, systems[i], options));
  const bool has_limit = point.rate <= 100'000;
  add_latency_figures(all[1], all[0], has_limit ? job.p50_limit : 0, has_limit ? job.p99_limit : 0,
                      results);
  if (job.is_durable) {
    add_ratio(all[1], all[3], 0.99, "TCP: p99 with durable epochs to p99 without", 1.2, results);
  }
  for (Series& series : all) results.series.push_back(std::move(series));
}

void pin_to_first_core() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  sched_setaffinity(0, sizeof set, &set);
}

}  // namespace

void run_over_tcp(const TcpJob& job, const SuiteOptions& options, Results& results) {
  TcpLoad load;
  Scratch scratch;
  const std::string reason = refusal(engine_file(job, scratch, load), options);
  if (!reason.empty()) {
    results.missing.push_back({job.name + " over TCP", reason});
    return;
  }
  pin_to_first_core();
  for (const LoadPoint& point : job.points) run_point(job, point, options, results);
}

}  // namespace millrace::bench
