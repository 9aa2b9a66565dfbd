// What the Kafka source does beyond the golden cases: continuous reading, outages, lost records.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/source_run.hpp"
#include "tests/kafka/waiting.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

namespace millrace::testing {

namespace {

TextOptions options_for(const Broker& broker, const std::string& topic) {
  return {{"kafka.bootstrap.servers", broker.address()},
          {"subscribe", topic},
          {"startingOffsets", "earliest"}};
}

std::string new_topic(Broker& broker, int partitions = 1) {
  const std::string topic = Broker::unique_topic("source");
  broker.create_topic(topic, partitions);
  return topic;
}

std::vector<TestRecord> records(const std::string& topic, int count, std::int32_t partition = 0) {
  std::vector<TestRecord> made;
  for (int i = 0; i < count; ++i) made.push_back({topic, partition, {}, std::to_string(i), 1, {}});
  return made;
}

/// `partition:offset` of each row, sorted.
std::string places(const std::vector<std::string>& rows) {
  std::vector<std::string> places;
  for (const std::string& row : rows) {
    const auto json = nlohmann::json::parse(row);
    places.push_back(json["partition"].dump() + ":" + json["offset"].dump());
  }
  std::sort(places.begin(), places.end());
  std::string text;
  for (const std::string& place : places) text += (text.empty() ? "" : " ") + place;
  return text;
}

}  // namespace

TEST_CASE("a continuous Kafka source gives records as they come, of new partitions too") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 2));
  SourceRun run(options_for(broker, topic), Reading::Continuous);

  CHECK(places(run.read_until(2)) == "0:0 0:1");
  broker.put(records(topic, 1));
  CHECK(places(run.read_until(3)) == "0:0 0:1 0:2");
  CHECK(run.offset()->json == "{\"" + topic + "\":{\"0\":3}}");
  broker.add_partitions(topic, 2);
  broker.put(records(topic, 1, 1));
  CHECK(places(run.read_until(4)) == "0:0 0:1 0:2 1:0");
}

TEST_CASE("a continuous Kafka source goes on from its offsets") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker, 2);
  broker.put(records(topic, 3));
  broker.put(records(topic, 3, 1));
  const Offset start{"{\"" + topic + "\":{\"0\":2,\"1\":1}}"};
  SourceRun run(options_for(broker, topic), Reading::Continuous, start);

  CHECK(places(run.read_until(3)) == "0:2 1:1 1:2");
}

TEST_CASE("headers come as an array, NULL for a record without") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  TestRecord record{topic, 0, {}, "v", 1, {{"h", "1"}, {"h", std::nullopt}}};
  broker.put({record});
  TextOptions options = options_for(broker, topic);
  options["includeHeaders"] = "true";
  SourceRun run(options, Reading::Continuous);

  const auto row = nlohmann::json::parse(run.read_until(1).at(0));
  CHECK(row["headers"].dump() == R"([{"key":"h","value":"MQ=="},{"key":"h","value":null}])");
}

TEST_CASE("records deleted before they were read end the query or are left out", "[loss]") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 5));
  broker.delete_records(topic, 0, 3);
  TextOptions options = options_for(broker, topic);
  const Offset start{"{\"" + topic + "\":{\"0\":1}}"};

  SECTION("failOnDataLoss") {
    for (const Reading reading : {Reading::MicroBatches, Reading::Continuous}) {
      SourceRun run(options, reading, start);
      if (reading == Reading::Continuous) run.read_until(1);
      else run.run_until(1);
      REQUIRE(run.error());
      CHECK(run.error()->error_class == "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
      CHECK(run.error()->message.find("Could not read records in offset [1, 5) for topic partition " +
                                      topic + "-0") != std::string::npos);
    }
  }
  SECTION("not failOnDataLoss") {
    options["failOnDataLoss"] = "false";
    SourceRun run(options, Reading::Continuous, start);
    CHECK(places(run.read_until(2)) == "0:3 0:4");
    CHECK(run.warnings().size() == 1);
  }
}

/// A topic of five records that were read, and the checkpoint folder of the source that read them.
class ReadTopic {
 public:
  explicit ReadTopic(Broker& broker) : broker_(broker), topic_(new_topic(broker)) {
    std::string name =
        (std::filesystem::temp_directory_path() / "millrace-kafka-source-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    broker.put(records(topic_, 5));
    SourceRun run(options_for(broker, topic_), Reading::Continuous, {}, folder_);
    run.read_until(5);
  }
  ~ReadTopic() { std::filesystem::remove_all(folder_); }

  const std::string& topic() const { return topic_; }
  void make_again() {
    broker_.delete_topic(topic_);
    broker_.create_topic(topic_, 1);
    std::vector<TestRecord> others = records(topic_, 8);
    for (TestRecord& record : others) record.value = "other " + *record.value;
    broker_.put(others);
  }
  /// Goes on behind the five.
  SourceRun go_on(Reading reading, const std::string& fail_on_data_loss) {
    TextOptions options = options_for(broker_, topic_);
    options["failOnDataLoss"] = fail_on_data_loss;
    return SourceRun(options, reading, Offset{"{\"" + topic_ + "\":{\"0\":5}}"}, folder_);
  }

 private:
  Broker& broker_;
  const std::string topic_;
  std::string folder_;
};

TEST_CASE("a topic made again that has grown past the old offset is not taken for the old one",
          "[loss]") {
  for (const Reading reading : {Reading::MicroBatches, Reading::Continuous}) {
    ReadTopic read(Broker::shared());
    read.make_again();
    {
      SourceRun run = read.go_on(reading, "true");
      REQUIRE(run.error());
      CHECK(run.error()->error_class == "KAFKA_DATA_LOSS.PARTITIONS_DELETED");
      CHECK(run.error()->message.find("Partitions Set(" + read.topic() +
                                      "-0) have been deleted and made again") != std::string::npos);
    }
    SourceRun run = read.go_on(reading, "false");
    CHECK(run.warnings().size() == 1);
    if (reading == Reading::Continuous) run.read_until(8);
    else run.run_until(1);
    CHECK(places(run.rows()) == "0:0 0:1 0:2 0:3 0:4 0:5 0:6 0:7");
  }
}

TEST_CASE("a topic that is the same is read on, also when old records are gone", "[loss]") {
  Broker& broker = Broker::shared();
  for (const bool are_gone : {false, true}) {
    ReadTopic read(broker);
    if (are_gone) broker.delete_records(read.topic(), 0, 5);
    broker.put(records(read.topic(), 2));
    SourceRun run = read.go_on(Reading::Continuous, "true");
    CHECK(places(run.read_until(2)) == "0:5 0:6");
    CHECK(run.warnings().empty());
  }
}

TEST_CASE("a topic that is deleted ends a continuous query", "[loss]") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 1));
  SourceRun run(options_for(broker, topic), Reading::Continuous);
  run.read_until(1);
  broker.delete_topic(topic);

  run.read_until(2);
  REQUIRE(run.error());
  CHECK(run.error()->message == "This server does not host this topic-partition.");
}

TEST_CASE("a broker that is killed and comes back loses and repeats nothing", "[crash]") {
  OwnBroker own;
  Broker broker(own.address());
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 3));
  SourceRun run(options_for(broker, topic), Reading::Continuous);
  SourceRun batches(options_for(broker, topic), Reading::MicroBatches);
  CHECK(places(run.read_until(3)) == "0:0 0:1 0:2");
  CHECK(batches.run_until(1).size() == 1);

  own.kill();
  own.start();
  broker.put(records(topic, 2));

  CHECK(places(run.read_until(5)) == "0:0 0:1 0:2 0:3 0:4");
  REQUIRE(batches.run_until(2).size() == 2);
  CHECK(places(batches.batches()[1].rows) == "0:3 0:4");
}

TEST_CASE("offsets are told to the group when an epoch is acknowledged") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 4));
  TextOptions options = options_for(broker, topic);
  options["commitOffsets"] = "true";
  options["kafka.group.id"] = topic;
  SourceRun run(options, Reading::MicroBatches);
  run.run_until(1);

  run.source().acknowledge(*run.offset());

  CHECK(comes_true([&] { return broker.committed(topic, topic, 0) == 4; }));
}

TEST_CASE("an epoch that a crash interrupted is read again over the same range") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 5));
  SourceRun run(options_for(broker, topic), Reading::MicroBatches, Offset{"{\"" + topic + "\":{\"0\":1}}"});

  run.rerun("{\"" + topic + "\":{\"0\":3}}");

  CHECK(places(run.rows()) == "0:1 0:2");
  CHECK(run.offset()->json == "{\"" + topic + "\":{\"0\":3}}");
}

}  // namespace millrace::testing
