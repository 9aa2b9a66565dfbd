// Event time of each partition: `partitionBy` over the columns of the Kafka source.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/engine_job.hpp"
#include "tests/kafka/waiting.hpp"
#include "tests/support/catch.hpp"

#include <set>

namespace millrace::testing {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;

/// Counts the records of each minute of their time and writes `minute:count` when it is final.
std::string window_job(const Broker& broker, const std::string& in, const std::string& out) {
  return "checkpointLocation: state\nsources:\n  in: " +
         yaml_map("type: kafka, watermark: {column: timestamp, delay: 0 seconds, "
                  "partitionBy: [topic, partition], idleTimeout: 3 seconds}",
                  {{"kafka.bootstrap.servers", broker.address()},
                   {"subscribe", in},
                   {"startingOffsets", "earliest"}}) +
         "\noperators:\n"
         "  counts: {from: in, groupBy: [\"window(timestamp, '1 minute')\"], agg: [count(*) AS n]}\n"
         "  texts: {from: counts, select: [\"concat(minute(window.start), ':', n) AS value\"]}\n"
         "sinks:\n  out: " +
         yaml_map("from: texts, type: kafka, outputMode: append",
                  {{"kafka.bootstrap.servers", broker.address()}, {"topic", out}}) +
         "\ntrigger: {continuous: 50 ms}\n";
}

std::multiset<std::string> values(Broker& broker, const std::string& topic) {
  std::multiset<std::string> values;
  for (const TestRecord& record : broker.read_all(topic)) values.insert(*record.value);
  return values;
}

}  // namespace

TEST_CASE("windows wait for the slowest partition of a topic until it is idle") {
  Broker& broker = Broker::shared();
  const std::string in = Broker::unique_topic("partitions");
  const std::string out = Broker::unique_topic("windows");
  broker.create_topic(in, 2);
  broker.create_topic(out, 1);
  broker.put({{in, 0, {}, "a", 1, {}},
              {in, 0, {}, "b", 2 * kMinuteMs + 1, {}},
              {in, 1, {}, "c", 2, {}}});
  EngineJob job(window_job(broker, in, out));
  job.start();

  CHECK(comes_true([&] { return values(broker, out) == std::multiset<std::string>{"0:2"}; }));
  broker.put({{in, 0, {}, "d", 5 * kMinuteMs, {}}});
  CHECK(comes_true([&] { return values(broker, out) == std::multiset<std::string>{"0:2", "2:1"}; }));
  CHECK(job.stop().code == 130);
}

}  // namespace millrace::testing
