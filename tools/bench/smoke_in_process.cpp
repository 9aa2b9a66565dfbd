// Figures of the engine alone, inside this process.
#include <pthread.h>
#include <sched.h>

#include <fmt/format.h>

#include <thread>

#include "actors/job.hpp"
#include "tools/bench/allocation_count.hpp"
#include "tools/bench/plans.hpp"
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

JobOptions continuous(IdleStrategy idle) {
  JobOptions options;
  options.trigger = {Trigger::Kind::Continuous, std::chrono::seconds(1)};
  options.idle = idle;
  options.threads = 1;
  return options;
}

std::string micros(std::int64_t ns) { return fmt::format("{:.2f} us", static_cast<double>(ns) / 1000); }

/// Five actors in a row: source, three operators, sink. One record each `1 / rate` seconds.
void measure_hop(IdleStrategy idle, double rate, double seconds, const std::string& name,
                 const std::string& target) {
  auto queue = std::make_shared<DueQueue>();
  auto latency = std::make_shared<LatencyHistogram>();
  ExecutionPlan plan =
      chain(due_schema(), [queue] { return make_due_source(queue); },
            {make_due_project, make_due_project, make_due_project},
            [latency] { return make_latency_sink(latency); });
  // The engine's threads inherit core 1; the generator has core 0.
  if (std::thread::hardware_concurrency() > 1) pin_to_core(1);
  auto job = Job::start(std::move(plan), continuous(idle));
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  std::thread generator([&] {
    pin_to_core(0);
    const std::int64_t begin = now_ns() + 50'000'000;
    const auto total = static_cast<std::int64_t>(seconds * rate);
    for (std::int64_t n = 0; n < total; ++n) {
      const std::int64_t due = begin + static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / rate);
      while (now_ns() < due) {
      }
      queue->add(due, idle == IdleStrategy::Park);
    }
    queue->end();
  });
  generator.join();
  (void)(*job)->await();
  print_figure(name,
               fmt::format("p50 {} p99 {} p99.9 {}", micros(latency->at_quantile(0.5)),
                           micros(latency->at_quantile(0.99)), micros(latency->at_quantile(0.999))),
               target);
}

}  // namespace

void measure_throughput(const SmokeOptions&) {
  const auto run = [](std::int64_t total) {
    auto count = std::make_shared<std::atomic<std::int64_t>>(0);
    ExecutionPlan plan =
        chain(flood_schema(), [total] { return make_flood_source(total); },
              {make_amount_filter, make_amount_project}, [count] { return make_counting_sink(count); });
    const std::int64_t allocations = num_allocations();
    const std::int64_t begin = now_ns();
    auto job = Job::start(std::move(plan), continuous(IdleStrategy::Park));
    MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
    (void)(*job)->await();
    const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
    return std::pair(static_cast<double>(total) / seconds, num_allocations() - allocations);
  };
  if (std::thread::hardware_concurrency() > 1) pin_to_core(1);
  constexpr std::int64_t kRecords = 50'000'000;
  (void)run(kRecords / 10);
  const auto [rate, allocations] = run(kRecords);
  const auto [long_rate, long_allocations] = run(kRecords * 2);
  print_figure("generator > filter > project > noop, one core",
               fmt::format("{:.1f} M records/s", std::max(rate, long_rate) / 1e6),
               ">= 10 M records/s");
  // What the second 50 million records cost beyond the first: start and stop cancel out.
  print_figure("allocations per record, steady state",
               fmt::format("{:.6f}", static_cast<double>(long_allocations - allocations) / kRecords),
               "0");
}

void measure_hops(const SmokeOptions& options) {
  measure_hop(IdleStrategy::Park, 1'000, options.seconds, "five actors, 1,000/s, parked",
              "p50 <= 50 us");
  measure_hop(IdleStrategy::Spin, 100'000, options.seconds, "five actors, 100,000/s, spinning",
              "p50 <= 2 us");
}

}  // namespace millrace::bench
