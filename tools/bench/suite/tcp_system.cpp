#include "tools/bench/suite/tcp_system.hpp"

#include <fmt/format.h>

#include <iostream>

#include "tools/bench/child_process.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/suite/base_image_watch.hpp"
#include "tools/bench/suite/disk_core.hpp"

namespace millrace::bench {

namespace {

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

/// Where the system runs, the load having the other core. The same for all slices of this process.
int core_for(const TcpJob& job, const Scratch& scratch) {
  if (!job.is_durable) return 1;
  static const int core = 1 - core_of_disk(scratch.path().string());
  return core;
}

}  // namespace

TcpSystem engine_of(const TcpJob& job, const LoadPoint& point, bool with_state,
                    const SuiteOptions& options) {
  const bool is_durable = with_state && job.is_durable;
  return {.name = is_durable || !job.is_durable ? "engine" : "engine without checkpoint",
          .command = [=, &job](const TcpLoad& load, const Scratch& scratch) {
            std::vector<std::string> command{
                options.programs + "/millrace", "run", engine_file(job, scratch, load),
                "--idle", point.idle, "--progress", "off", "--log-level", "error"};
            if (!is_durable) return command;
            command.push_back("--checkpoint");
            command.push_back((scratch.path() / "state").string());
            return command;
          }};
}

TcpSystem floor_of(const TcpJob& job, const LoadPoint& point, bool with_state,
                   const SuiteOptions& options) {
  const bool is_durable = with_state && job.is_durable;
  return {.name = is_durable || !job.is_durable ? "floor" : "floor without log",
          .command = [=, &job](const TcpLoad& load, const Scratch& scratch) {
            std::vector<std::string> command{
                options.programs + "/" + job.floor.front(), point.idle,
                std::to_string(load.in_port()), std::to_string(load.out_port())};
            command.insert(command.end(), job.floor.begin() + 1, job.floor.end());
            if (job.is_durable)
              command.push_back(is_durable ? (scratch.path() / "log").string() : "none");
            return command;
          }};
}

Slice run_slice(const TcpSystem& system, const TcpJob& job, const LoadPoint& point,
                const SuiteOptions& options) {
  TcpLoad load;
  const Scratch scratch;
  const int core = core_for(job, scratch);
  pin_to_core(1 - core);
  ChildProcess process(system.command(load, scratch), core, false);
  Slice slice;
  if (!load.accept(system.seconds_to_start)) return slice;
  LoadShape shape = job.shape;
  shape.rate = point.rate;
  shape.arrivals = options.arrivals;
  shape.warm_up += system.more_warm_up;
  shape.gentle = system.gentle;
  shape.seconds = std::max(options.seconds, job.shape.returns == Returns::Results ? 4.0 : 0.0);
  const ProcessCost before = cost_of(process.pid());
  const std::int64_t stolen_before = stolen_ns();
  BaseImageWatch images;
  images.start(scratch.path() / "state");
  DisturbanceWatch disturbances(
      {getpid(), process.pid()}, 1 - core,
      job.is_durable ? DisturbanceWatch::kLeastOfDurableNs : DisturbanceWatch::kLeastNs);
  const LoadResult result = load.run(shape);
  images.stop();
  disturbances.stop();
  take_load(result, disturbances, slice);
  for (const auto& [due_ns, latency_ns] : result.records)
    if (images.was_building(due_ns))
      slice.while_building.add(latency_ns, !disturbances.was_disturbed(due_ns));
  slice.cost = cost_of(process.pid()) - before;
  const double elapsed_ns = (shape.warm_up + shape.seconds) * 1e9;
  slice.disturbance.run_delay_share = static_cast<double>(slice.cost.run_delay_ns) / elapsed_ns;
  slice.disturbance.steal_share =
      static_cast<double>(stolen_ns() - stolen_before) / elapsed_ns / 2;
  return slice;
}

std::vector<Series> run_in_turn(const std::vector<TcpSystem>& systems, const TcpJob& job,
                                const LoadPoint& point, const SuiteOptions& options) {
  std::cerr << fmt::format("{} over TCP, {:.0f}/s, {}\n", job.name, point.rate, point.idle);
  std::vector<Series> all;
  for (const TcpSystem& system : systems)
    all.push_back({job.name, "TCP", point.idle, name_of(options.arrivals), point.rate, system.name, {}});
  for (int round = 0; round < options.rounds; ++round)
    for (std::size_t i = 0; i < systems.size(); ++i)
      all[i].slices.push_back(run_slice(systems[i], job, point, options));
  return all;
}

}  // namespace millrace::bench
