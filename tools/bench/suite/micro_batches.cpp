// Micro-batches against continuous, in this process and on one core.
#include "actors/job.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/in_process.hpp"
#include "tools/bench/plans.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/suite.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::bench {

namespace {

constexpr double kDueRate = 50'000;

void make_due(DueQueue& queue, double seconds) {
  pin_to_core(0);
  const std::int64_t begin = now_ns() + 100'000'000;
  const auto total = static_cast<std::int64_t>(seconds * kDueRate);
  for (std::int64_t n = 0; n < total; ++n) {
    const std::int64_t due =
        begin + static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / kDueRate);
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

struct DurableRun {
  double records_per_second = 0;  // 0: the job failed
  std::int64_t num_epochs = 0;
};

/// Generator > filter > project > noop with durable epochs; a micro-batch has `epoch_rows`.
DurableRun durable_flood(Trigger trigger, std::int64_t total, std::int64_t epoch_rows) {
  const Scratch scratch;
  std::atomic<std::int64_t> num_epochs = 0;
  JobOptions options;
  options.trigger = trigger;
  options.threads = 1;
  options.checkpoint.location = (scratch.path() / "state").string();
  options.on_epoch = [&](const EpochSummary&) { ++num_epochs; };
  const std::int64_t begin = now_ns();
  auto job =
      Job::start(chain(
                     flood_schema(), [=] { return make_flood_source(total, epoch_rows); },
                     {make_amount_filter, make_amount_project},
                     [] { return make_timing_sink([](const RecordBatch&, std::int64_t) {}); }),
                 std::move(options));
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  const bool is_whole = (*job)->await().ok();
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  return {is_whole ? static_cast<double>(total) / seconds : 0, num_epochs};
}

/// Micro-batches of `epoch_rows` against the same job with epochs of `interval`, in turn: both have
/// about as many durable epochs.
void compare_throughput(const SuiteOptions& options, std::chrono::milliseconds interval,
                        std::int64_t epoch_rows, Results& results) {
  constexpr std::int64_t kRecords = 204'800'000;  // whole batches of the source
  const Trigger flowing{Trigger::Kind::Continuous, interval};
  const Trigger batches{Trigger::Kind::AvailableNow, {}};
  (void)durable_flood(flowing, kRecords / 10, epoch_rows);
  std::vector<double> ratios, rates, counts_of_batches, counts_flowing;
  for (int round = 0; round < options.rounds; ++round) {
    const DurableRun continuous = durable_flood(flowing, kRecords, epoch_rows);
    const DurableRun batched = durable_flood(batches, kRecords, epoch_rows);
    if (continuous.records_per_second <= 0)
      return results.missing.push_back({"J9", "the continuous job failed"});
    counts_flowing.push_back(static_cast<double>(continuous.num_epochs));
    counts_of_batches.push_back(static_cast<double>(batched.num_epochs));
    ratios.push_back(batched.records_per_second / continuous.records_per_second);
    rates.push_back(batched.records_per_second / 1e6);
  }
  const std::string place = fmt::format("in process, durable every {} ms: ", interval.count());
  const auto more = [&](const char* name, const char* unit,
                        const std::vector<double>& values) -> Figure& {
    results.figures.push_back(make_figure("J9", place + name, unit, values));
    results.figures.back().less_is_better = false;
    return results.figures.back();
  };
  hold_to(more("micro-batch throughput to continuous", "x", ratios), 1.0);
  more("micro-batches", "million records/s", rates);
  more("durable micro-batches", "a run", counts_of_batches);
  more("durable continuous epochs", "a run", counts_flowing);
}

}  // namespace

void run_micro_batches(const SuiteOptions& options, Results& results) {
  std::cerr << "J9 in process\n";
  measure_short_triggers(options, results);
  compare_throughput(options, std::chrono::milliseconds(100), std::int64_t{16} << 20, results);
  compare_throughput(options, std::chrono::milliseconds(1), std::int64_t{256} << 10, results);
}

}  // namespace millrace::bench
