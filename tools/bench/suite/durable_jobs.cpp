// What durable epochs cost, and how soon their output is committed: running sums in this process, the engine on one
// core.
#include <fmt/format.h>

#include <iostream>

#include "tools/bench/suite/keyed_run.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

using std::chrono::milliseconds;

constexpr double kRate = 200'000;

double micros(const Histogram& histogram, double quantile) {
  return static_cast<double>(histogram.at_quantile(quantile)) / 1000;
}

KeyedLoad paced(std::int64_t num_keys, double rate, const SuiteOptions& options) {
  return {.num_keys = num_keys,
          .settle_seconds = num_keys > 100'000 ? 2.0 : 0.5,
          .num_rows = static_cast<std::int64_t>(rate * options.seconds),
          .rate = rate};
}

Figure& add(Results& results, const char* job, std::string name, const char* unit,
            std::vector<double> values, double limit) {
  Figure figure = make_figure(job, std::move(name), unit, std::move(values));
  hold_to(figure, limit);
  results.figures.push_back(std::move(figure));
  return results.figures.back();
}

/// 99th percentiles with durable epochs and without, in turn.
struct EpochCost {
  std::vector<double> with, without, ratios, freezes, epochs_per_second;
  void add(const KeyedRun& durable, const KeyedRun& memory) {
    with.push_back(micros(durable.latency.judged(0.99), 0.99));
    without.push_back(micros(memory.latency.judged(0.99), 0.99));
    ratios.push_back(ratio_of(durable.latency, memory.latency, 0.99));
    for (std::int64_t ns : durable.freeze_ns) freezes.push_back(static_cast<double>(ns) / 1000);
    epochs_per_second.push_back(durable.epochs_per_second());
  }
};

struct State {
  std::int64_t num_keys = 0;
  const char* name = "";
};

void measure_latency(const State& state, milliseconds interval, const SuiteOptions& options,
                     Results& results) {
  std::cerr << fmt::format("J7 in process, {} keys, epochs of {} ms\n", state.name, interval.count());
  const bool is_headline = state.num_keys == 1'000'000 && interval == milliseconds(10);
  const KeyedLoad load = paced(state.num_keys, kRate, options);
  EpochCost cost;
  for (int round = 0; round < (is_headline ? options.rounds : (options.rounds + 1) / 2); ++round)
    cost.add(run_keyed(load, interval), run_keyed(load, std::nullopt));
  const std::string place =
      fmt::format("{} keys, 200000/s, epochs of {} ms: ", state.name, interval.count());
  Figure& ratio = add(results, "J7", place + "p99 to p99 without", "x", cost.ratios,
                      is_headline ? 1.2 : 0);
  ratio.engine_us = make_figure("", "", "", cost.with).value;
  ratio.floor_us = make_figure("", "", "", cost.without).value;
  if (!is_headline) return;
  std::sort(cost.freezes.begin(), cost.freezes.end());
  if (!cost.freezes.empty())
    add(results, "J7", place + "the operator's thread freezes an epoch, p99", "us",
        {cost.freezes[cost.freezes.size() * 99 / 100]}, 20);
  Figure epochs = make_figure("J7", place + "durable epochs a second", "", cost.epochs_per_second);
  epochs.less_is_better = false;
  hold_to(epochs, 95);
  results.figures.push_back(std::move(epochs));
}

/// Long enough for a base image while rows count.
void measure_base_images(const SuiteOptions& options, Results& results) {
  std::cerr << "J7 in process, base images\n";
  const KeyedLoad load = paced(1'000'000, kRate, options);
  KeyedLoad long_load = load;
  long_load.num_rows = static_cast<std::int64_t>(kRate * 8);
  const std::string name =
      "1 million keys, 200000/s, epochs of 10 ms, while a base image is built: p99 to p99 without";
  std::vector<double> ratios;
  for (int round = 0; round < (options.rounds + 1) / 2; ++round) {
    const KeyedRun durable = run_keyed(long_load, milliseconds(10));
    if (durable.while_building.all().count() == 0) continue;
    ratios.push_back(
        ratio_of(durable.while_building, run_keyed(load, std::nullopt).latency, 0.99));
  }
  if (ratios.empty()) return results.missing.push_back({"J7", name + ": no base image was built"});
  add(results, "J7", name, "x", std::move(ratios), 1.2);
}

void measure_throughput(const SuiteOptions& options, Results& results) {
  std::cerr << "J7 in process, throughput\n";
  const KeyedLoad load{.num_rows = 10'000'000, .num_changing = 2'000};
  std::vector<double> costs;
  for (int round = 0; round < options.rounds; ++round) {
    const double durable = run_keyed(load, milliseconds(10), Times::Nothing).seconds;
    const double memory = run_keyed(load, std::nullopt, Times::Nothing).seconds;
    costs.push_back((durable / memory - 1) * 100);
  }
  add(results, "J7", "1 million keys, 200000 of them change a second, epochs of 10 ms: throughput less by", "%",
      costs, 5);
}

}  // namespace

void run_checkpoint_cost(const SuiteOptions& options, Results& results) {
  for (const State& state : {State{10'000, "10,000"}, State{1'000'000, "1 million"}})
    for (milliseconds interval : {milliseconds(10), milliseconds(100), milliseconds(1'000)})
      measure_latency(state, interval, options, results);
  measure_base_images(options, results);
  measure_throughput(options, results);
}

void run_committed_output(const SuiteOptions& options, Results& results) {
  std::cerr << "J4 in process\n";
  const KeyedLoad load = paced(100'000, 100'000, options);
  std::vector<double> medians, tails;
  for (int round = 0; round < options.rounds; ++round) {
    const KeyedRun run = run_keyed(load, milliseconds(10), Times::Commits);
    medians.push_back(micros(run.committed, 0.5) / 1000);
    tails.push_back(micros(run.committed, 0.99) / 1000);
  }
  add(results, "J4", "in process, 100000/s, epochs of 10 ms: record to committed output, p50", "ms", medians, 15);
  add(results, "J4", "in process, 100000/s, epochs of 10 ms: record to committed output, p99", "ms", tails, 0);
}

}  // namespace millrace::bench
