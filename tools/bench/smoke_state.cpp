// What durable epochs every 10 ms cost a job with a million keys, inside this process. The source
// and the operators have one core, the threads of the checkpoint the other.
#include "actors/job.hpp"
#include "tools/bench/in_process.hpp"
#include "tools/bench/medians.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/smoke.hpp"
#include "topology/planner.hpp"
#include "topology/yaml/loader.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace millrace::bench {

namespace {

constexpr const char* kTopology = R"(name: running_totals
sources:
  records: {type: socket, format: json, port: 1, schema: "due BIGINT, user BIGINT, amount DOUBLE"}
operators:
  timed: {from: records, withColumn: {ts: timestamp_micros(due)}}
  totals:
    from: timed
    select:
      - due
      - user
      - count(*) OVER (PARTITION BY user ORDER BY ts) AS n
      - sum(amount) OVER (PARTITION BY user ORDER BY ts) AS total
sinks:
  out: {from: totals, type: noop}
trigger: {continuous: 10 ms}
)";

/// The plan of the topology with the benchmark's own source and sink in it.
ExecutionPlan running_totals(const KeyedLoad& load, std::shared_ptr<LatencyHistogram> latency) {
  TopologyText text;
  text.text = kTopology;
  text.file_name = "running_totals";
  const Catalog catalog = Catalog::builtin();
  const LoadedTopology loaded = load_topology(text, catalog);
  MILLRACE_CHECK(loaded.ok(), "a benchmark's topology must load");
  Analysis analysis = analyze(loaded.outputs, catalog, loaded.settings);
  auto plan = plan_execution(analysis.plan, loaded.settings);
  MILLRACE_CHECK(plan.ok(), "a benchmark's topology must be planned");
  for (ExecutionNode& node : plan->nodes) {
    if (auto* source = std::get_if<SourceSpec>(&node.spec))
      source->make = [load] { return make_keyed_source(load); };
    if (auto* sink = std::get_if<SinkSpec>(&node.spec))
      sink->make = [latency] { return make_latency_sink(latency); };
  }
  return std::move(*plan);
}

struct Run {
  std::shared_ptr<LatencyHistogram> latency = std::make_shared<LatencyHistogram>();
  double seconds = 0;  // of the rows that count
  // Of the epochs since all keys are there.
  std::chrono::steady_clock::time_point first_epoch, last_epoch;
  std::vector<std::int64_t> freeze_ns;

  void add_epoch(std::int64_t frozen_in_ns) {
    last_epoch = std::chrono::steady_clock::now();
    if (freeze_ns.empty()) first_epoch = last_epoch;
    freeze_ns.push_back(frozen_in_ns);
  }
  double epochs_per_second() const {
    const std::chrono::duration<double> span = last_epoch - first_epoch;
    return freeze_ns.size() < 2 ? 0 : static_cast<double>(freeze_ns.size() - 1) / span.count();
  }
};

int last_core() { return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)) - 1; }

/// Has a thread run on these cores only; 0: the calling one. Threads that it starts inherit that.
void pin(pid_t thread, int first, int last) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int core = first; core <= last; ++core) CPU_SET(core, &set);
  sched_setaffinity(thread, sizeof set, &set);
}

/// Moves the threads that write checkpoints away from the last core.
void move_checkpoint_threads() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
    if (name == "checkpoint" || name == "base-image")
      pin(std::stoi(task.path().filename()), 0, std::max(0, last_core() - 1));
  }
}

std::unique_ptr<Run> run(KeyedLoad load, bool durable) {
  auto result = std::make_unique<Run>();
  load.taken_ns = std::make_shared<std::atomic<std::int64_t>>(0);
  Scratch scratch;
  JobOptions options;
  options.trigger = {Trigger::Kind::Continuous, std::chrono::milliseconds(10)};
  options.idle = IdleStrategy::Spin;
  if (durable) options.checkpoint.location = (scratch.path() / "state").string();
  options.on_epoch = [&](const EpochSummary& summary) {
    for (const SubtaskReport& report : summary.reports)
      if (report.state && report.state->rows_total >= load.num_keys)
        result->add_epoch(report.state->freeze_ns);
  };
  pin(0, last_core(), last_core());
  auto job = Job::start(running_totals(load, result->latency), options);
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  move_checkpoint_threads();
  (void)(*job)->await();
  result->seconds = static_cast<double>(*load.taken_ns) / 1e9;
  return result;
}

double micros(std::int64_t ns) { return static_cast<double>(ns) / 1000; }

std::int64_t quantile_of(std::vector<std::int64_t> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(q * static_cast<double>(values.size())))];
}

void measure_latency(const SmokeOptions& options) {
  constexpr double kRate = 200'000;
  const KeyedLoad load{.num_rows = static_cast<std::int64_t>(kRate * options.seconds),
                       .rate = kRate};
  std::vector<double> with, without, ratios;
  std::vector<std::int64_t> freezes;
  double epochs_per_second = 0;
  for (int round = 0; round < options.rounds; ++round) {
    const auto durable = run(load, true), memory = run(load, false);
    with.push_back(micros(durable->latency->at_quantile(0.99)));
    without.push_back(micros(memory->latency->at_quantile(0.99)));
    ratios.push_back(with.back() / without.back());
    freezes.insert(freezes.end(), durable->freeze_ns.begin(), durable->freeze_ns.end());
    epochs_per_second = durable->epochs_per_second();
  }
  print_figure("1 M keys, 200,000/s, p99 with durable epochs every 10 ms / without",
               fmt::format("{:.1f} / {:.1f} us, ratio {:.2f}", median(with), median(without),
                           median(ratios)),
               "<= 1.2");
  print_figure("time of the operator's thread to freeze an epoch",
               fmt::format("p50 {:.1f} p99 {:.1f} us", micros(quantile_of(freezes, 0.5)),
                           micros(quantile_of(freezes, 0.99))),
               "p99 <= 20 us");
  print_figure("durable epochs a second", fmt::format("{:.1f}", epochs_per_second), ">= 100");
}

void measure_cost(const SmokeOptions& options) {
  constexpr std::int64_t kRows = 30'000'000, kChanging = 2'000;
  std::vector<double> costs, rates;
  for (int round = 0; round < options.rounds; ++round) {
    const KeyedLoad load{.num_rows = kRows, .num_changing = kChanging};
    const double durable = run(load, true)->seconds, memory = run(load, false)->seconds;
    costs.push_back((durable / memory - 1) * 100);
    rates.push_back(kRows / durable / 1e6);
  }
  print_figure(
      "throughput cost of durable epochs every 10 ms, 1 M keys, 200,000 of them change a second",
      fmt::format("{:.1f} % at {:.2f} M records/s", median(costs), median(rates)), "<= 5 %");
}

}  // namespace

void measure_state(const SmokeOptions& options) {
  measure_latency(options);
  measure_cost(options);
}

}  // namespace millrace::bench
