// From topic to topic of a real broker, against a bare chain of librdkafka clients.
#include "records/check.hpp"
#include "tools/bench/child_process.hpp"
#include "tools/bench/kafka_copy.hpp"
#include "tools/bench/kafka_load.hpp"
#include "tools/bench/medians.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/smoke.hpp"
#include "tools/bench/tcp_load.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <optional>

namespace millrace::bench {

namespace {

constexpr double kRate = 1'000;
constexpr double kWarmUp = 2;  // the first records find clients that are still connecting
constexpr std::int64_t kCopied = 200'000;
constexpr std::int64_t kRead = 2'000'000;
constexpr double kPatience = 120;

KafkaCopy new_copy(const SmokeOptions& options, KafkaLoad& load) {
  return {options.engine, options.kafka_floor, load.address(), load.new_topic("in"),
          load.new_topic("out")};
}

using CommandOf = std::function<std::vector<std::string>(const KafkaCopy&, const Scratch&)>;

/// p50 and p99 in milliseconds of each slice.
struct Latencies {
  std::vector<double> p50, p99;
  void add(const std::vector<std::int64_t>& ns) {
    p50.push_back(static_cast<double>(quantile(ns, 0.5)) / 1e6);
    p99.push_back(static_cast<double>(quantile(ns, 0.99)) / 1e6);
  }
  std::string text() const {
    return fmt::format("p50 {:.2f} p99 {:.2f} ms", median(p50), median(p99));
  }
};

void add_slice(Latencies& to, const SmokeOptions& options, KafkaLoad& load,
               const CommandOf& command) {
  const KafkaCopy copy = new_copy(options, load);
  const Scratch scratch;
  const ChildProcess process(command(copy, scratch), -1, false);
  const LoadShape shape{
      .rate = kRate, .warm_up = kWarmUp, .seconds = options.seconds, .returns = Returns::All};
  std::vector<std::int64_t> latencies;
  for (const TimedRecord& record : load.run(copy.in, copy.out, shape).records)
    latencies.push_back(record.latency_ns);
  MILLRACE_CHECK(!latencies.empty(), "no records came back");
  to.add(latencies);
}

void measure_latency(const SmokeOptions& options, KafkaLoad& load) {
  Latencies floor, engine, exactly_once;
  for (int round = 0; round < options.rounds; ++round) {
    add_slice(floor, options, load,
              [](const KafkaCopy& copy, const Scratch&) { return copy.floor(); });
    add_slice(engine, options, load, [](const KafkaCopy& copy, const Scratch& scratch) {
      return copy.engine(scratch, "1 second", "immediate", false);
    });
    add_slice(exactly_once, options, load, [](const KafkaCopy& copy, const Scratch& scratch) {
      return copy.engine(scratch, "20 ms", "committed", true);
    });
  }
  print_figure("floor: Kafka to Kafka, 1,000/s", floor.text(), "-");
  print_figure("engine: Kafka, filter, Kafka, 1,000/s", engine.text(), "-");
  print_figure("Kafka to Kafka, p50 to floor",
               fmt::format("{:.2f}", median_ratio(engine.p50, floor.p50)), "<= 1.3");
  print_figure("Kafka to Kafka, p99 to floor",
               fmt::format("{:.2f}", median_ratio(engine.p99, floor.p99)), "<= 1.3");
  print_figure("exactly once, epochs of 20 ms, seen by read_committed", exactly_once.text(),
               "p50 <= 30 ms");
}

double seconds_to_end(const std::vector<std::string>& command) {
  const auto begin = std::chrono::steady_clock::now();
  ChildProcess process(command, -1, false);
  MILLRACE_CHECK(process.wait() == 0, "a reader of Kafka failed");
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Both as whole processes, from their start to the last record.
void measure_source(const SmokeOptions& options, KafkaLoad& load) {
  const std::string topic = load.new_topic("read");
  load.fill(topic, kRead);
  const Scratch scratch;
  const std::string file = scratch.write("read.yaml", fmt::format(R"(name: read
sources:
  in: {{type: kafka, kafka.bootstrap.servers: "{}", subscribe: {}, startingOffsets: earliest, static: true}}
sinks:
  out: {{from: in, type: noop}}
)",
                                                                  load.address(), topic));
  std::vector<double> floor, engine;
  for (int round = 0; round < options.rounds; ++round) {
    floor.push_back(static_cast<double>(kRead) /
                    seconds_to_end({options.kafka_floor, "read", load.address(), topic,
                                    std::to_string(kRead)}));
    engine.push_back(static_cast<double>(kRead) /
                     seconds_to_end({options.engine, "run", file, "--progress", "off"}));
  }
  print_figure("floor: bare consumer, 100 bytes", fmt::format("{:.0f} records/s", median(floor)),
               "-");
  print_figure("Kafka source alone", fmt::format("{:.0f} records/s", median(engine)), "-");
  print_figure("Kafka source to bare consumer", fmt::format("{:.2f}", median_ratio(engine, floor)),
               ">= 0.8");
}

double copied_per_second(const SmokeOptions& options, KafkaLoad& load, const std::string& in,
                         const std::string& visibility) {
  const KafkaCopy copy{options.engine, options.kafka_floor, load.address(), in,
                       load.new_topic("out")};
  const Scratch scratch;
  const ChildProcess process(copy.engine(scratch, "100 ms", visibility, true), -1, false);
  const double seconds = load.seconds_until(copy.out, kCopied, kPatience);
  MILLRACE_CHECK(seconds > 0, "not all records were copied");
  return static_cast<double>(kCopied) / seconds;
}

void measure_exactly_once(const SmokeOptions& options, KafkaLoad& load) {
  const std::string in = load.new_topic("in");
  load.fill(in, kCopied);
  std::vector<double> at_least, exactly;
  for (int round = 0; round < options.rounds; ++round) {
    at_least.push_back(copied_per_second(options, load, in, "immediate"));
    exactly.push_back(copied_per_second(options, load, in, "committed"));
  }
  print_figure("at least once, epochs of 100 ms", fmt::format("{:.0f} records/s", median(at_least)),
               "-");
  print_figure("exactly once, epochs of 100 ms", fmt::format("{:.0f} records/s", median(exactly)),
               "-");
  print_figure("exactly once to at least once",
               fmt::format("{:.2f}", median_ratio(exactly, at_least)), ">= 0.8");
}

}  // namespace

void measure_kafka(const SmokeOptions& options) {
  const Scratch scratch;
  KafkaLoad load(options.kafka_tool, (scratch.path() / "broker").string());
  if (load.address().empty()) return print_figure("Kafka", "skipped: no broker, see above", "-");
  measure_latency(options, load);
  measure_source(options, load);
  measure_exactly_once(options, load);
}

}  // namespace millrace::bench
