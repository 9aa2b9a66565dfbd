// Micro-batch mode inside this process: the latency of short triggers with every plan and commit record on
// disk, and the throughput of the same job in both modes.
#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <thread>

#include "actors/job.hpp"
#include "tools/bench/plans.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/smoke.hpp"

namespace millrace::bench {

namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

void pin_to_core(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

JobOptions durable(Trigger trigger, const Scratch& scratch) {
  JobOptions options;
  options.trigger = trigger;
  options.threads = 1;
  options.checkpoint.location = (scratch.path() / "state").string();
  return options;
}

/// Makes `rate` records a second due, for `seconds`; open loop.
void generate(DueQueue& queue, double rate, double seconds) {
  const std::int64_t begin = now_ns() + 50'000'000;
  const auto total = static_cast<std::int64_t>(seconds * rate);
  for (std::int64_t n = 0; n < total; ++n) {
    const std::int64_t due = begin + static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / rate);
    while (now_ns() < due) {
    }
    queue.add(due, false);
  }
}

void measure_latency(double rate, double seconds) {
  const Scratch scratch;
  auto queue = std::make_shared<DueQueue>();
  auto latency = std::make_shared<LatencyHistogram>();
  std::atomic<std::int64_t> num_epochs = 0;
  JobOptions options =
      durable({Trigger::Kind::ProcessingTime, std::chrono::milliseconds(1)}, scratch);
  options.on_epoch = [&](const EpochSummary&) { ++num_epochs; };
  auto job = Job::start(chain(due_schema(), [queue] { return make_due_source(queue); },
                              {make_due_project}, [latency] { return make_latency_sink(latency); }),
                        std::move(options));
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  std::thread generator([&] {
    pin_to_core(0);
    generate(*queue, rate, seconds);
  });
  generator.join();
  // The last trigger comes within a millisecond; what it takes is nobody's latency.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  (*job)->stop();
  const Status ended = (*job)->await();
  const auto ms = [&](double q) { return static_cast<double>(latency->at_quantile(q)) / 1e6; };
  print_figure(
      fmt::format("micro-batches of 1 ms, durable, {:.0f}/s ({} epochs)", rate, num_epochs.load()),
      ended ? fmt::format("p50 {:.2f} p99 {:.2f} p99.9 {:.2f} ms", ms(0.5), ms(0.99), ms(0.999))
            : "failed: " + ended.error().message,
      "p99 <= 5 ms, aim 3 ms");
}

/// Records a second of one run over `total` records, all of which must come through.
double run(Trigger trigger, std::int64_t total) {
  const Scratch scratch;
  auto count = std::make_shared<std::atomic<std::int64_t>>(0);
  const std::int64_t begin = now_ns();
  auto job = Job::start(chain(flood_schema(), [total] { return make_flood_source(total); },
                              {make_amount_filter, make_amount_project},
                              [count] { return make_counting_sink(count); }),
                        durable(trigger, scratch));
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  (void)(*job)->await();
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  // Amounts go round from 0 to 99; those above 10 pass.
  const std::int64_t expected = total / 100 * 89;
  return count->load() >= expected ? static_cast<double>(total) / seconds : 0;
}

void compare_throughput(int rounds) {
  constexpr std::int64_t kRecords = 20'480'000;  // a multiple of a batch and of 100
  const Trigger flowing{Trigger::Kind::Continuous, std::chrono::milliseconds(100)};
  const Trigger batches{Trigger::Kind::AvailableNow, {}};
  (void)run(flowing, kRecords);
  std::vector<double> ratios, rates;
  for (int round = 0; round < rounds; ++round) {
    const double continuous = run(flowing, kRecords);
    rates.push_back(run(batches, kRecords));
    ratios.push_back(continuous > 0 ? rates.back() / continuous : 0);
  }
  std::sort(ratios.begin(), ratios.end());
  std::sort(rates.begin(), rates.end());
  print_figure("micro-batch against continuous, generator > filter > project > noop, durable",
               fmt::format("{:.1f} M records/s, ratio median {:.2f} ({:.2f} to {:.2f})",
                           rates[rates.size() / 2] / 1e6, ratios[ratios.size() / 2], ratios.front(),
                           ratios.back()),
               "ratio >= 1.0");
}

}  // namespace

void measure_micro_batch(const SmokeOptions& options) {
  // The engine's threads inherit core 1; the generator has core 0.
  if (std::thread::hardware_concurrency() > 1) pin_to_core(1);
  measure_latency(50'000, options.seconds);
  compare_throughput(options.rounds);
}

}  // namespace millrace::bench
