// What the engine carries in this process on one core, and what a record costs it.
#include <fmt/format.h>

#include "actors/job.hpp"
#include "tools/bench/allocation_count.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/plans.hpp"
#include "tools/bench/smoke.hpp"

namespace millrace::bench {

namespace {

struct Run {
  double records_per_second = 0;
  std::int64_t num_allocations = 0;
};

Run run(std::int64_t total) {
  auto count = std::make_shared<std::atomic<std::int64_t>>(0);
  ExecutionPlan plan =
      chain(flood_schema(), [total] { return make_flood_source(total); },
            {make_amount_filter, make_amount_project}, [count] { return make_counting_sink(count); });
  JobOptions options;
  options.trigger = {Trigger::Kind::Continuous, std::chrono::seconds(1)};
  options.threads = 1;
  const std::int64_t allocations = num_allocations(), begin = now_ns();
  auto job = Job::start(std::move(plan), options);
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  (void)(*job)->await();
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  return {static_cast<double>(total) / seconds, num_allocations() - allocations};
}

}  // namespace

void measure_throughput(const SmokeOptions&) {
  pin_to_core(1);
  constexpr std::int64_t kRecords = 50'000'000;
  (void)run(kRecords / 10);
  const Run once = run(kRecords), twice = run(kRecords * 2);
  print_figure("generator > filter > project > noop, one core",
               fmt::format("{:.1f} M records/s",
                           std::max(once.records_per_second, twice.records_per_second) / 1e6),
               ">= 10 M records/s");
  // What the second 50 million records cost beyond the first: start and stop cancel out.
  const auto more = static_cast<double>(twice.num_allocations - once.num_allocations);
  print_figure("allocations per record, steady state", fmt::format("{:.6f}", more / kRecords), "0");
}

}  // namespace millrace::bench
