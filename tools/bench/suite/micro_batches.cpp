// Micro-batches against continuous, in this process and on one core.
#include <fmt/format.h>

#include <iostream>
#include <thread>

#include "actors/job.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/plans.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

constexpr double kDueRate = 50'000;

void make_due(DueQueue& queue, double seconds) {
  pin_to_core(0);
  const std::int64_t begin = now_ns() + 100'000'000;
  const auto total = static_cast<std::int64_t>(seconds * kDueRate);
  for (std::int64_t n = 0; n < total; ++n) {
    const std::int64_t due = begin + static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / kDueRate);
    while (now_ns() < due) {
    }
    queue.add(due, false);
  }
}

/// Triggers of 1 ms with every plan and commit record on disk. Empty when the job failed.
Histogram short_triggers(double seconds) {
  pin_to_core(1);
  const Scratch scratch;
  auto queue = std::make_shared<DueQueue>();
  Histogram latency;
  JobOptions options;
  options.trigger = {Trigger::Kind::ProcessingTime, std::chrono::milliseconds(1)};
  options.threads = 1;
  options.checkpoint.location = (scratch.path() / "state").string();
  const auto take = [&](const RecordBatch& batch, std::int64_t now) {
    const auto* due = batch.column(0).values<std::int64_t>();
    batch.rows().for_each([&](std::uint32_t row) { latency.add(now - due[row]); });
  };
  auto job = Job::start(chain(
                            due_schema(), [&] { return make_due_source(queue); },
                            {make_due_project}, [&] { return make_timing_sink(take); }),
                        options);
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  std::thread generator([&] { make_due(*queue, seconds); });
  generator.join();
  // The last trigger comes within a millisecond; what it takes is nobody's latency.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  (*job)->stop();
  return (*job)->await().ok() ? latency : Histogram();
}

void measure_short_triggers(const SuiteOptions& options, Results& results) {
  std::vector<double> medians, tails;
  for (int round = 0; round < options.rounds; ++round) {
    const Histogram latency = short_triggers(options.seconds);
    if (latency.count() == 0) return results.missing.push_back({"J9", "the job failed"});
    medians.push_back(static_cast<double>(latency.at_quantile(0.5)) / 1000);
    tails.push_back(static_cast<double>(latency.at_quantile(0.99)) / 1000);
  }
  const std::string place = "in process, 50000/s, durable micro-batches of 1 ms: ";
  results.figures.push_back(make_figure("J9", place + "p50", "us", medians));
  Figure tail = make_figure("J9", place + "p99", "us", tails);
  hold_to(tail, 3'000);
  results.figures.push_back(std::move(tail));
}

void compare_throughput(const SuiteOptions& options, Results& results) {
  constexpr std::int64_t kRecords = 20'480'000;  // whole batches of the source
  std::vector<double> ratios, rates;
  for (int round = 0; round < options.rounds; ++round) {
    const Flood continuous = flood(kRecords, 1, kContinuous);
    const Flood batches = flood(kRecords, 1, {Trigger::Kind::AvailableNow, {}});
    ratios.push_back(continuous.seconds / batches.seconds);
    rates.push_back(kRecords / batches.seconds / 1e6);
  }
  for (auto& [name, unit, values] :
       {std::tuple("in process: micro-batch throughput to continuous", "x", &ratios),
        std::tuple("in process: micro-batches", "million records/s", &rates)}) {
    Figure figure = make_figure("J9", name, unit, *values);
    figure.less_is_better = false;
    results.figures.push_back(std::move(figure));
  }
}

}  // namespace

void run_micro_batches(const SuiteOptions& options, Results& results) {
  std::cerr << "J9 in process\n";
  measure_short_triggers(options, results);
  compare_throughput(options, results);
}

}  // namespace millrace::bench
