// Keyed state that is durable every 10 ms, over TCP, against a bare loop that logs and syncs as often.
#include <fmt/format.h>
#include <sched.h>

#include "tools/bench/child_process.hpp"
#include "tools/bench/durable_totals.hpp"
#include "tools/bench/medians.hpp"
#include "tools/bench/smoke.hpp"

namespace millrace::bench {

namespace {

constexpr LoadShape kShape{.rate = 100'000, .warm_up = 2, .num_users = 100'000, .returns = Returns::All};

/// Both systems, with and without durability, in turn.
enum class System { Floor, FloorWithoutLog, Engine, EngineWithoutCheckpoint };

std::vector<std::string> command_of(const SmokeOptions& options, System system,
                                    const Scratch& scratch, const TcpLoad& load) {
  const auto in = std::to_string(load.in_port()), out = std::to_string(load.out_port());
  if (system == System::Floor)
    return {options.state_floor, "spin", in, out, (scratch.path() / "log").string()};
  if (system == System::FloorWithoutLog) return {options.state_floor, "spin", in, out, "none"};
  std::vector<std::string> command = durable_totals(options.engine, scratch, load, "spin");
  if (system == System::EngineWithoutCheckpoint) command.resize(command.size() - 2);
  return command;
}

LoadResult slice(const SmokeOptions& options, System system) {
  TcpLoad load;
  Scratch scratch;
  ChildProcess process(command_of(options, system, scratch, load), 1, false);
  if (!load.accept(10)) return {};
  LoadShape shape = kShape;
  shape.seconds = options.seconds;
  return load.run(shape);
}

struct Quantiles {
  std::vector<double> p50, p99;
  void add(const LoadResult& result) {
    p50.push_back(static_cast<double>(quantile(result.latencies_ns, 0.5)) / 1000);
    p99.push_back(static_cast<double>(quantile(result.latencies_ns, 0.99)) / 1000);
  }
};

std::string text_of(const Quantiles& quantiles) {
  return fmt::format("p50 {:.1f} p99 {:.1f} us", median(quantiles.p50), median(quantiles.p99));
}

}  // namespace

void measure_durable(const SmokeOptions& options) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  sched_setaffinity(0, sizeof set, &set);
  Quantiles floor, bare, engine, memory;
  for (int round = 0; round < options.rounds; ++round) {
    floor.add(slice(options, System::Floor));
    engine.add(slice(options, System::Engine));
    bare.add(slice(options, System::FloorWithoutLog));
    memory.add(slice(options, System::EngineWithoutCheckpoint));
  }
  print_figure("floor: running count and sum over TCP, 100,000/s, log synced every 10 ms", text_of(floor), "-");
  print_figure("floor without log", text_of(bare), "-");
  print_figure("engine without checkpoint", text_of(memory), "-");
  print_figure("engine, durable epochs every 10 ms", text_of(engine), "-");
  print_figure("p50 to floor", fmt::format("{:.2f}", median_ratio(engine.p50, floor.p50)), "<= 1.5");
  print_figure("p99 to floor", fmt::format("{:.2f}", median_ratio(engine.p99, floor.p99)), "<= 2");
  print_figure("p99 with epochs to p99 without",
               fmt::format("{:.2f}", median_ratio(engine.p99, memory.p99)), "<= 1.2");
}

}  // namespace millrace::bench
