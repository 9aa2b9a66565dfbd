// What the Kafka source does beyond the golden cases: continuous reading, outages, lost records.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/source_run.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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
  SourceRun run(options_for(broker, topic), true, true);

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
  SourceRun run(options_for(broker, topic), true, true, start);

  CHECK(places(run.read_until(3)) == "0:2 1:1 1:2");
}

TEST_CASE("headers come as an array, NULL for a record without") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  TestRecord record{topic, 0, {}, "v", 1, {{"h", "1"}, {"h", std::nullopt}}};
  broker.put({record});
  TextOptions options = options_for(broker, topic);
  options["includeHeaders"] = "true";
  SourceRun run(options, true, true);

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
    for (const bool continuous : {false, true}) {
      SourceRun run(options, true, continuous, start);
      if (continuous) run.read_until(1);
      else run.run_until(1);
      REQUIRE(run.error());
      CHECK(run.error()->error_class == "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
      CHECK(run.error()->message.find("Could not read records in offset [1, 5) for topic partition " +
                                      topic + "-0") != std::string::npos);
    }
  }
  SECTION("not failOnDataLoss") {
    options["failOnDataLoss"] = "false";
    SourceRun run(options, true, true, start);
    CHECK(places(run.read_until(2)) == "0:3 0:4");
    CHECK(run.warnings().size() == 1);
  }
}

TEST_CASE("a topic that is deleted ends a continuous query", "[loss]") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 1));
  SourceRun run(options_for(broker, topic), true, true);
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
  SourceRun run(options_for(broker, topic), true, true);
  SourceRun batches(options_for(broker, topic), true, false);
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
  SourceRun run(options, true, false);
  run.run_until(1);

  run.source().acknowledge(*run.offset());

  std::int64_t committed = -1;
  for (int attempt = 0; attempt < 100 && committed < 0; ++attempt)
    committed = broker.committed(topic, topic, 0);
  CHECK(committed == 4);
}

TEST_CASE("an epoch that a crash interrupted is read again over the same range") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  broker.put(records(topic, 5));
  SourceRun run(options_for(broker, topic), true, false, Offset{"{\"" + topic + "\":{\"0\":1}}"});

  run.rerun("{\"" + topic + "\":{\"0\":3}}");

  CHECK(places(run.rows()) == "0:1 0:2");
  CHECK(run.offset()->json == "{\"" + topic + "\":{\"0\":3}}");
}

}  // namespace millrace::testing
