#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <random>
#include <thread>

#include "actors/job.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/in_process.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/suite/suite.hpp"
#include "tools/bench/yaml_plan.hpp"

namespace millrace::bench {

namespace {

constexpr const char* kHead = R"(name: bench
sources:
  records: {type: socket, format: json, port: 1, schema: "due BIGINT, user BIGINT, amount DOUBLE"}
)";

std::string topology(const std::string& operators, const std::string& last) {
  const std::string middle = operators.empty() ? "" : "operators:\n" + operators;
  return kHead + middle + "sinks:\n  out: {from: " + last +
         ", type: noop}\ntrigger: {continuous: 1 second}\n";
}

struct Load {
  double rate = 0;
  IdleStrategy idle = IdleStrategy::Spin;
  std::int64_t num_keys = 1'000;
  std::string topology{};  // empty: a thread that polls the ring, without an engine
};

/// What comes out at the end: `due` is the first column, 0 where a row does not count.
class Arrived {
 public:
  Arrived(Slice& slice, std::int64_t counted_from) : slice_(slice), counted_from_(counted_from) {}
  void take(std::int64_t due, std::int64_t now) {
    if (due >= counted_from_) slice_.latency.add(now - due), ++slice_.num_returned;
  }
  void take(const RecordBatch& batch, std::int64_t now) {
    const auto* due = batch.column(0).values<std::int64_t>();
    batch.rows().for_each([&](std::uint32_t row) { take(due[row], now); });
  }

 private:
  Slice& slice_;
  const std::int64_t counted_from_;
};

/// Makes records due until `end`; the thread that calls it never sleeps.
void generate(const Load& load, const SuiteOptions& options, DueQueue& queue, std::int64_t begin,
              std::int64_t counted_from, std::int64_t end, Slice& slice) {
  pin_to_core(0);
  std::mt19937_64 random(1);
  std::exponential_distribution<double> exponential(1);
  double elapsed = 0;
  std::int64_t due = begin, turned = begin;
  while (due < end) {
    const std::int64_t now = now_ns();
    if (turned >= counted_from)
      slice.disturbance.largest_gap_ns =
          std::max(slice.disturbance.largest_gap_ns, now - turned);
    turned = now;
    if (due > now) continue;
    queue.add(due, load.idle == IdleStrategy::Park);
    ++slice.num_sent;
    if (due >= counted_from) slice.lateness.add(now - due);
    elapsed += (options.arrivals == Arrivals::Constant ? 1 : exponential(random)) * 1e9 / load.rate;
    due = begin + static_cast<std::int64_t>(elapsed);
  }
  queue.end();
}

/// The floor: the second core polls the ring and takes the time.
void poll_ring(DueQueue& queue, Arrived& arrived) {
  for (std::int64_t next = 0; next < queue.num_due() || !queue.ended();) {
    if (next >= queue.num_due()) continue;
    arrived.take(queue.due_ns(next), now_ns());
    queue.set_taken(++next);
  }
}

Slice run_slice(const Load& load, const SuiteOptions& options) {
  Slice slice;
  auto queue = std::make_shared<DueQueue>();
  pin_to_core(1);  // the engine's threads inherit it
  const std::int64_t begin = now_ns() + 100'000'000;
  const std::int64_t counted_from = begin + 300'000'000;
  const std::int64_t end = counted_from + static_cast<std::int64_t>(options.seconds * 1e9);
  Arrived arrived(slice, counted_from);
  const ProcessCost before = cost_of(getpid());
  const std::int64_t stolen_before = stolen_ns();
  std::thread generator(
      [&] { generate(load, options, *queue, begin, counted_from, end, slice); });
  if (load.topology.empty()) {
    poll_ring(*queue, arrived);
  } else {
    JobOptions job_options;
    job_options.trigger = {Trigger::Kind::Continuous, std::chrono::seconds(1)};
    job_options.idle = load.idle;
    job_options.threads = 1;
    auto job = Job::start(
        plan_of(
            load.topology, [&] { return make_due_rows_source(queue, load.num_keys); },
            [&] {
              return make_timing_sink(
                  [&](const RecordBatch& batch, std::int64_t now) { arrived.take(batch, now); });
            }),
        job_options);
    MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
    (void)(*job)->await();
  }
  generator.join();
  slice.cost = cost_of(getpid()) - before;
  const auto elapsed = static_cast<double>(now_ns() - begin);
  slice.disturbance.run_delay_share = static_cast<double>(slice.cost.run_delay_ns) / elapsed;
  slice.disturbance.steal_share = static_cast<double>(stolen_ns() - stolen_before) / elapsed / 2;
  return slice;
}

/// Slices of the bare ring and of the engine in turn.
void run_pair(const std::string& job, const Load& load, const SuiteOptions& options,
                       Results& results) {
  std::cerr << fmt::format("{} in process, {:.0f}/s\n", job, load.rate);
  Load bare = load;
  bare.topology.clear();
  const std::string idle = load.idle == IdleStrategy::Spin ? "spin" : "park";
  const std::string arrivals = options.arrivals == Arrivals::Constant ? "constant" : "poisson";
  Series floor{job, "in process", "spin", arrivals, load.rate, "floor", {}};
  Series engine{job, "in process", idle, arrivals, load.rate, "engine", {}};
  for (int round = 0; round < options.rounds; ++round) {
    floor.slices.push_back(run_slice(bare, options));
    engine.slices.push_back(run_slice(load, options));
  }
  add_latency_figures(engine, floor, 0, 0, results);
  results.series.push_back(std::move(floor));
  results.series.push_back(std::move(engine));
}

void set_limit(Results& results, const std::string& job, const std::string& ending, double limit) {
  for (Figure& figure : results.figures)
    if (figure.job == job && figure.name.ends_with(ending) && !figure.limit) {
      figure.limit = limit;
      figure.target = fmt::format("<= {}", limit);
    }
}

constexpr const char* kStateless =
    "  large: {from: records, where: amount > 10}\n"
    "  result: {from: large, select: [due, user, amount * 2 AS amount]}\n";

constexpr const char* kShortWindows =
    "  timed: {from: records, withColumn: {ts: timestamp_micros(due div 1000)}}\n"
    "  marked: {from: timed, withWatermark: {column: ts, delay: 0 seconds}}\n"
    "  counts:\n"
    "    from: marked\n"
    "    groupBy: [\"window(ts, '20 milliseconds')\", user]\n"
    "    agg: [count(*) AS n]\n"
    "  result: {from: counts, select: [unix_micros(window.end) * 1000 AS due, user, n]}\n";

void run_null(const SuiteOptions& options, Results& results) {
  run_pair("J0", {.rate = 100'000, .topology = topology("", "records")}, options, results);
}

void run_stateless(const SuiteOptions& options, Results& results) {
  Load load{.rate = 100'000, .topology = topology(kStateless, "result")};
  run_pair("J1", load, options, results);
  set_limit(results, "J1", "in process, 100000/s, spin: p50", 1);
  set_limit(results, "J1", "in process, 100000/s, spin: p99", 20);
  const std::size_t last = results.series.size() - 1;
  add_ratio(results.series[last], results.series[last - 1], 0.999,
            "in process, 100000/s, spin: p99.9 to floor", 1.5, results);
  load.rate = 1'000;
  load.idle = IdleStrategy::Park;
  run_pair("J1", load, options, results);
  set_limit(results, "J1", "in process, 1000/s, park: p50", 25);
}

void run_windows(const SuiteOptions& options, Results& results) {
  run_pair("J2",
           {.rate = 500'000, .num_keys = 10'000, .topology = topology(kShortWindows, "result")},
           options, results);
  set_limit(results, "J2", "in process, 500000/s, spin: p99", 1'000);
}

void run_chain(const SuiteOptions& options, Results& results) {
  std::cerr << "J6 in process\n";
  constexpr std::int64_t kRecords = 20'000'000;
  constexpr int kMore = 8;
  std::vector<double> per_operator, allocations, hops;
  for (int round = 0; round < options.rounds; ++round) {
    const Flood few = flood(kRecords, 1, kContinuous), many = flood(kRecords, 1 + kMore, kContinuous);
    const Flood twice = flood(2 * kRecords, 1, kContinuous);
    per_operator.push_back((many.seconds - few.seconds) * 1e9 / kRecords / kMore);
    allocations.push_back(static_cast<double>(twice.num_allocations - few.num_allocations) /
                          kRecords);
    const Load none{.rate = 100'000, .topology = topology("", "records")};
    Load five = none;
    five.topology = topology(
        "  a: {from: records, where: amount > 1}\n  b: {from: a, where: amount > 2}\n"
        "  c: {from: b, where: amount > 3}\n",
        "c");
    const double with = static_cast<double>(run_slice(five, options).latency.at_quantile(0.5));
    const double without = static_cast<double>(run_slice(none, options).latency.at_quantile(0.5));
    hops.push_back((with - without) / 3 / 1000);
  }
  const auto add = [&](const char* name, const char* unit, std::vector<double> values, double limit) {
    Figure figure = make_figure("J6", name, unit, std::move(values));
    figure.limit = limit;
    figure.target = fmt::format("<= {}", limit);
    results.figures.push_back(std::move(figure));
  };
  add("one more chained operator, in batches", "ns per record", per_operator, 5);
  add("one more hop between actors, spinning, p50", "us", hops, 2);
  add("allocations per record", "", allocations, 0.001);
}

void run_modes(const SuiteOptions& options, Results& results) {
  std::cerr << "J9 in process\n";
  constexpr std::int64_t kRecords = 20'480'000;  // whole batches of the source
  std::vector<double> ratios, rates;
  for (int round = 0; round < options.rounds; ++round) {
    const Flood continuous = flood(kRecords, 1, kContinuous);
    const Flood batches = flood(kRecords, 1, {Trigger::Kind::AvailableNow, {}});
    ratios.push_back(continuous.seconds / batches.seconds);
    rates.push_back(kRecords / batches.seconds / 1e6);
  }
  results.figures.push_back(make_figure(
      "J9", "in process: micro-batch throughput to continuous", "x", std::move(ratios)));
  Figure rate = make_figure("J9", "in process: micro-batches", "million records/s", std::move(rates));
  rate.less_is_better = false;
  results.figures.push_back(std::move(rate));
}

}  // namespace

void run_in_process(const InProcessJob& job, const SuiteOptions& options, Results& results) {
  if (job.name == "J0") run_null(options, results);
  if (job.name == "J1") run_stateless(options, results);
  if (job.name == "J2") run_windows(options, results);
  if (job.name == "J6") run_chain(options, results);
  if (job.name == "J9") run_modes(options, results);
}

}  // namespace millrace::bench
