#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/suite/in_process_load.hpp"
#include "tools/bench/suite/instruction_counter.hpp"

#include <fmt/format.h>

#include <iostream>

namespace millrace::bench {

namespace {

constexpr const char* kStateless =
    "  large: {from: records, where: amount > 10}\n"
    "  result: {from: large, select: [due, user, amount * 2 AS amount]}\n";

constexpr const char* kShortWindows =
    "  timed: {from: records, withColumn: {ts: timestamp_micros(due div 1000)}}\n"
    "  marked: {from: timed, withWatermark: {column: ts, delay: 0 seconds}}\n"
    "  counts:\n"
    "    from: marked\n"
    "    groupBy: [\"window(ts, '100 milliseconds', '20 milliseconds')\", user]\n"
    "    agg: [count(*) AS n]\n"
    "  result: {from: counts, select: [unix_micros(window.end) * 1000 AS due, user, n]}\n";

constexpr const char* kTableJoin =
    "  result: {sql: \"SELECT r.due, r.user, r.amount, c.country FROM records r JOIN countries c "
    "ON r.user = "
    "c.user\"}\n";

void run_null(const SuiteOptions& options, Results& results) {
  compare_with_ring("J0", {.rate = 100'000, .topology = timed_topology("", "records")}, {}, {},
                    options, results);
}

void run_stateless(const SuiteOptions& options, Results& results) {
  InProcessLoad load{.rate = 100'000, .topology = timed_topology(kStateless, "result")};
  compare_with_ring("J1", load, {.p50 = 1, .p99 = 20}, {.p999 = 1.5}, options, results);
  load.rate = 1'000;
  load.idle = IdleStrategy::Park;
  compare_with_ring("J1", load, {.p50 = 25}, {}, options, results);
}

void run_windows(const SuiteOptions& options, Results& results) {
  const InProcessLoad load{.rate = 500'000,
                           .num_keys = 10'000,
                           .topology = timed_topology(kShortWindows, "result"),
                           .name = "in process, windows of 100 ms each 20 ms"};
  compare_with_ring("J2", load, {.p99 = 1'000}, {}, options, results);
}

void run_join(const SuiteOptions& options, Results& results) {
  constexpr std::int64_t kUsers = 10'000;
  const Scratch scratch;
  std::string table = "user,country\n";
  for (std::int64_t i = 0; i < kUsers; ++i) table += fmt::format("{},country {}\n", i, i % 200);
  const std::string countries = fmt::format(
      "  countries: {{type: csv, header: true, static: true, path: {}, schema: \"user "
      "BIGINT, country STRING\"}}\n",
      scratch.write("countries.csv", table));
  const InProcessLoad load{.rate = 100'000,
                           .num_keys = kUsers,
                           .topology = timed_topology(kTableJoin, "result", countries)};
  compare_with_ring("J3", load, {.p99 = 20}, {}, options, results);
}

void add(Results& results, const char* job, const char* name, const char* unit,
         std::vector<double> values, double limit) {
  Figure figure = make_figure(job, name, unit, std::move(values));
  hold_to(figure, limit);
  results.figures.push_back(std::move(figure));
}

/// A source, a sink and three filters between them.
InProcessLoad five_actors(double rate, IdleStrategy idle) {
  return {.rate = rate,
          .idle = idle,
          .topology = timed_topology(
              "  a: {from: records, where: amount > 1}\n  b: {from: a, where: amount > 2}\n"
              "  c: {from: b, where: amount > 3}\n",
              "c")};
}

/// Microseconds.
double median_latency(const InProcessLoad& load, const SuiteOptions& options) {
  return static_cast<double>(run_slice(load, options).latency.judged(0.5).at_quantile(0.5)) /
         1000;
}

/// Of a filter and a projection, in batches.
void add_instructions(const SuiteOptions& options, Results& results) {
  constexpr std::int64_t kRecords = 2'000'000;
  std::vector<double> per_record;
  for (int round = 0; round < options.rounds; ++round) {
    const InstructionCounter instructions;
    (void)flood(kRecords, 1, kContinuous);
    const auto once = instructions.count();
    (void)flood(3 * kRecords, 1, kContinuous);
    const auto more = instructions.count();
    if (!once || !more)
      return results.missing.push_back({"J6 instructions per record", "this machine does not give the counter"});
    per_record.push_back((*more - 2 * *once) / (2 * kRecords));
  }
  add(results, "J6", "instructions per record", "", per_record, 0);
}

void run_chain(const SuiteOptions& options, Results& results) {
  std::cerr << "J6 in process\n";
  constexpr std::int64_t kRecords = 20'000'000;
  constexpr int kMore = 8;
  const InProcessLoad two_actors{.rate = 100'000, .topology = timed_topology("", "records")};
  std::vector<double> per_operator, allocations, hops, spinning, parked;
  for (int round = 0; round < options.rounds; ++round) {
    const Flood few = flood(kRecords, 1, kContinuous),
                many = flood(kRecords, 1 + kMore, kContinuous);
    const Flood twice = flood(2 * kRecords, 1, kContinuous);
    per_operator.push_back((many.seconds - few.seconds) * 1e9 / kRecords / kMore);
    allocations.push_back(static_cast<double>(twice.num_allocations - few.num_allocations) /
                          kRecords);
    spinning.push_back(median_latency(five_actors(100'000, IdleStrategy::Spin), options));
    parked.push_back(median_latency(five_actors(1'000, IdleStrategy::Park), options));
    hops.push_back((spinning.back() - median_latency(two_actors, options)) / 3);
  }
  add(results, "J6", "one more chained operator, in batches", "ns per record", per_operator, 5);
  add(results, "J6", "one more hop between actors, spinning, p50", "us", hops, 2);
  add(results, "J6", "five actors in a row, 100000/s, spin: p50", "us", spinning, 2);
  add(results, "J6", "five actors in a row, 1000/s, park: p50", "us", parked, 50);
  add(results, "J6", "allocations per record", "", allocations, 0.001);
  add_instructions(options, results);
}

}  // namespace

const std::vector<InProcessJob>& in_process_jobs() {
  static const std::vector<InProcessJob> jobs{
      {"J0", "no operator: the latency of two cores and a ring, bare and through the engine",
       run_null},
      {"J1", "filter and project", run_stateless},
      {"J1", "an engine without records: its share of a core", run_idle},
      {"J1", "filter, from topic to topic of a Kafka broker", run_kafka},
      {"J2", "windows of 100 ms each 20 ms, 10,000 keys: window end to result", run_windows},
      {"J3", "join with a table of 10,000 rows", run_join},
      {"J4", "running sum, durable every 10 ms: record to committed output", run_committed_output},
      {"J6", "a chain of operators: cost of each operator and of each hop between actors",
       run_chain},
      {"J7", "cost of durable epochs: how often, and with how much state", run_checkpoint_cost},
      {"J8", "kill -9 with a million keys to the first new output", run_recovery},
      {"J9", "micro-batches against continuous: latency and throughput of the same job",
       run_micro_batches},
      {"J10", "fraud detection over TCP: payment to decision", run_fraud},
      {"J11", "state that has grown: ten million keys, a long list, checkpoints on disk", run_state},
  };
  return jobs;
}

}  // namespace millrace::bench
