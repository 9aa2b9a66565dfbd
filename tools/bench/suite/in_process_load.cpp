#include "tools/bench/suite/in_process_load.hpp"

#include "actors/job.hpp"
#include "tools/bench/allocation_count.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/disturbance_watch.hpp"
#include "tools/bench/in_process.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/yaml_plan.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <random>
#include <span>
#include <thread>

namespace millrace::bench {

namespace {

/// What comes out at the end: `due` is the first column.
class Arrived {
 public:
  Arrived(std::int64_t counted_from, double num_expected)
      : counted_from_(counted_from), records_(static_cast<std::size_t>(num_expected)) {}
  void take(std::int64_t due, std::int64_t now) {
    if (due < counted_from_) return;
    if (num_taken_ == records_.size()) records_.resize(records_.size() * 3 / 2 + 1'000);
    records_[num_taken_++] = {due, now - due};
  }
  void take(const RecordBatch& batch, std::int64_t now) {
    const auto* due = batch.column(0).values<std::int64_t>();
    batch.rows().for_each([&](std::uint32_t row) { take(due[row], now); });
  }
  std::span<const TimedRecord> records() const { return {records_.data(), num_taken_}; }

 private:
  const std::int64_t counted_from_;
  // Written to once before, so that no page is asked for while time is taken.
  std::vector<TimedRecord> records_;
  std::size_t num_taken_ = 0;
};

struct SliceTimes {
  std::int64_t begin = 0, counted_from = 0, end = 0;
};

SliceTimes times_from_now(const SuiteOptions& options) {
  constexpr std::int64_t kStartNs = 100'000'000, kWarmUpNs = 300'000'000;
  const std::int64_t begin = now_ns() + kStartNs;
  return {begin, begin + kWarmUpNs,
          begin + kWarmUpNs + static_cast<std::int64_t>(options.seconds * 1e9)};
}

/// Makes rows due until the end; the thread that calls it never sleeps. It is no cost of the engine, nor is `watch`.
void generate(const InProcessLoad& load, const SuiteOptions& options, DueQueue& queue,
              const SliceTimes& times, pid_t watch, Slice& slice) {
  pin_to_core(0);
  std::mt19937_64 random(1);
  std::exponential_distribution<double> exponential(1);
  double elapsed = 0;
  std::int64_t due = times.begin, turned = times.begin, num_before = 0, allocations_before = 0;
  while (due < times.end) {
    const std::int64_t now = now_ns();
    if (turned >= times.counted_from)
      slice.disturbance.largest_gap_ns = std::max(slice.disturbance.largest_gap_ns, now - turned);
    turned = now;
    if (due > now) continue;
    if (due < times.counted_from)
      allocations_before = num_allocations(), num_before = slice.num_sent + 1;
    queue.add(due, load.idle == IdleStrategy::Park);
    ++slice.num_sent;
    if (due >= times.counted_from) slice.lateness.add(now - due);
    elapsed += (options.arrivals == Arrivals::Constant ? 1 : exponential(random)) * 1e9 / load.rate;
    due = times.begin + static_cast<std::int64_t>(elapsed);
  }
  slice.cost = cost_of(getpid(), {gettid(), watch});  // the engine's threads are gone when it has ended
  queue.end();
  slice.allocations_per_record = static_cast<double>(num_allocations() - allocations_before) /
                                 static_cast<double>(slice.num_sent - num_before);
}

void wait_for_rows(DueQueue& queue) {
  pollfd waiting{queue.ready_fd(), POLLIN, 0};
  poll(&waiting, 1, -1);
  queue.clear_ready();
}

/// The floor: the second core takes what is in the ring, and the time.
void empty_ring(DueQueue& queue, IdleStrategy idle, Arrived& arrived) {
  for (std::int64_t next = 0; next < queue.num_due() || !queue.ended();) {
    if (next < queue.num_due()) {
      arrived.take(queue.due_ns(next), now_ns());
      queue.set_taken(++next);
    } else if (idle == IdleStrategy::Park) {
      wait_for_rows(queue);
    }
  }
}

void run_engine(const InProcessLoad& load, std::shared_ptr<DueQueue> queue, Arrived& arrived) {
  JobOptions options;
  options.trigger = kContinuous;
  options.idle = load.idle;
  auto job =
      Job::start(plan_of(
                     load.topology, [&] { return make_due_rows_source(queue, load.num_keys); },
                     [&] {
                       return make_timing_sink([&](const RecordBatch& batch, std::int64_t now) {
                         arrived.take(batch, now);
                       });
                     }),
                 options);
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  (void)(*job)->await();
}

const char* name_of(IdleStrategy idle) { return idle == IdleStrategy::Spin ? "spin" : "park"; }

}  // namespace

std::string timed_topology(const std::string& operators, const std::string& last,
                           const std::string& more_sources) {
  constexpr const char* kHead = R"(name: bench
sources:
  records: {type: socket, host: localhost, port: 1, format: json, schema: "due BIGINT, user BIGINT, amount DOUBLE"}
)";
  const std::string middle = operators.empty() ? "" : "operators:\n" + operators;
  return kHead + more_sources + middle + "sinks:\n  out: {from: " + last +
         ", type: noop}\ntrigger: {continuous: 1 second}\n";
}

Slice run_slice(const InProcessLoad& load, const SuiteOptions& options) {
  Slice slice;
  auto queue = std::make_shared<DueQueue>();
  pin_to_core(1);  // the engine's threads inherit it
  const SliceTimes times = times_from_now(options);
  Arrived arrived(times.counted_from, load.rate * options.seconds * 1.1);
  const ProcessCost before = cost_of(getpid());
  const std::int64_t stolen_before = stolen_ns();
  DisturbanceWatch disturbances({getpid()}, 0);
  std::thread generator([&] { generate(load, options, *queue, times, disturbances.thread_id(), slice); });
  if (load.topology.empty())
    empty_ring(*queue, load.idle, arrived);
  else
    run_engine(load, queue, arrived);
  generator.join();
  disturbances.stop();
  take_latencies(arrived.records(), times.counted_from, disturbances, slice);
  slice.num_returned = slice.latency.all().count();
  slice.cost = slice.cost - before;
  const auto elapsed = static_cast<double>(now_ns() - times.begin);
  slice.disturbance.run_delay_share = static_cast<double>(slice.cost.run_delay_ns) / elapsed;
  slice.disturbance.steal_share = static_cast<double>(stolen_ns() - stolen_before) / elapsed / 2;
  return slice;
}

void compare_with_ring(const std::string& job, const InProcessLoad& load,
                       const LatencyLimits& micros, const LatencyLimits& ratio,
                       const SuiteOptions& options, Results& results) {
  const std::string idle = name_of(load.idle);
  std::cerr << fmt::format("{} {}, {:.0f}/s, {}\n", job, load.name, load.rate, idle);
  InProcessLoad bare = load;
  bare.topology.clear();
  const std::string arrivals = name_of(options.arrivals);
  Series floor{job, load.name, idle, arrivals, load.rate, "floor", {}};
  Series engine{job, load.name, idle, arrivals, load.rate, "engine", {}};
  for (int round = 0; round < options.rounds; ++round) {
    floor.slices.push_back(run_slice(bare, options));
    engine.slices.push_back(run_slice(load, options));
  }
  add_latency_figures(engine, floor, micros, ratio, results);
  results.series.push_back(std::move(floor));
  results.series.push_back(std::move(engine));
}

}  // namespace millrace::bench
