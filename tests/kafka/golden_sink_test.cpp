// Cases of tests/fixtures/spark/kafka/cases that write to Kafka, run by the program `millrace`: the
// records that each batch left in the result topics.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/engine_job.hpp"
#include "tests/kafka/golden_files.hpp"
#include "tests/kafka/waiting.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace millrace::testing {

namespace {

using Lines = std::vector<std::string>;

TextOptions with_broker(TextOptions options, const Broker& broker) {
  for (auto& [name, value] : options)
    if (value == "<BROKER>") value = broker.address();
  return options;
}

std::string topology_of(const KafkaCase& golden, const Broker& broker) {
  return "name: " + golden.name + "\ncheckpointLocation: state\nsources:\n  src: " +
         yaml_map("type: kafka", with_broker(golden.options, broker)) + "\noperators:\n  rows: {sql: " +
         nlohmann::json(golden.sql).dump() + "}\nsinks:\n  out: " +
         yaml_map("from: rows, type: kafka, outputMode: " + golden.output_mode,
                  with_broker(golden.sink_options, broker)) +
         "\n";
}

/// What a record is, without its offset: the order of an aggregate's rows is chance.
std::string text_of(const TestRecord& record) {
  std::string text = record.topic + "-" + std::to_string(record.partition) + " " +
                     record.key.value_or("NULL") + "=" + record.value.value_or("NULL");
  for (const auto& [name, value] : record.headers) text += " " + name + ":" + value.value_or("NULL");
  return text;
}

Lines texts_of(const std::vector<TestRecord>& records) {
  Lines lines;
  for (const TestRecord& record : records) lines.push_back(text_of(record));
  std::sort(lines.begin(), lines.end());
  return lines;
}

class SinkCase {
 public:
  SinkCase(const KafkaCase& golden, Broker& broker)
      : golden_(golden), broker_(broker), job_(topology_of(golden, broker)) {}

  void run() {
    for (const auto& [topic, partitions] : golden_.topics) broker_.create_topic(topic, partitions);
    for (const KafkaCase::Step& step : golden_.steps) carry_out(step);
    if (golden_.fails) return check_failure();
    if (job_.is_running()) CHECK(job_.stop().code == 130);
    CHECK(num_batches_ == golden_.batches.size());
  }

 private:
  void carry_out(const KafkaCase::Step& step) {
    if (step.what == "put") broker_.put(step.records);
    if (step.what == "start") job_.start();
    if (step.what == "stop") CHECK(job_.stop().code == 130);
    while (num_batches_ < step.batches_so_far) check_batch(golden_.batches[num_batches_++]);
  }

  void check_batch(const KafkaCase::Batch& batch) {
    const Lines expected = texts_of(read_records(batch.output));
    INFO(golden_.name << ": " << batch.output);
    CHECK(await(expected.size()) == expected);
  }

  void check_failure() {
    const ProgramEnd end = job_.end();
    INFO(golden_.name << ": " << end.err);
    CHECK(end.code == 1);
    CHECK(end.err.find(golden_.cause) != std::string::npos);
  }

  /// Records that were not there before, sorted; waits until there are at least so many.
  Lines await(std::size_t count) {
    Lines lines;
    comes_true([&] { return (lines = new_lines()).size() >= count; });
    for (const std::string& line : lines) seen_.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  Lines new_lines() {
    Lines all;
    for (const auto& [topic, partitions] : golden_.topics) {
      if (!topic.starts_with("out")) continue;
      for (const TestRecord& record : broker_.read_all(topic)) all.push_back(text_of(record));
    }
    for (const std::string& line : seen_) {
      const auto known = std::find(all.begin(), all.end(), line);
      if (known != all.end()) all.erase(known);
    }
    return all;
  }

  const KafkaCase& golden_;
  Broker& broker_;
  EngineJob job_;
  std::size_t num_batches_ = 0;
  Lines seen_;
};

}  // namespace

TEST_CASE("the engine writes to Kafka what Spark wrote, batch by batch", "[golden]") {
  int cases = 0;
  for (const auto& folder : kafka_case_folders()) {
    const KafkaCase golden = read_kafka_case(folder);
    if (!golden.has_sink) continue;
    SinkCase(golden, Broker::shared()).run();
    ++cases;
  }
  CHECK(cases == 9);
}

}  // namespace millrace::testing
