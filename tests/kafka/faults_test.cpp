// What a job says and leaves behind when brokers refuse it, are away, or do not take a record.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/engine_job.hpp"
#include "tests/kafka/waiting.hpp"
#include "tests/support/catch.hpp"

#include <stdlib.h>

namespace millrace::testing {

namespace {

using TextOptions = std::map<std::string, std::string>;

/// `in` copied to `out`, once what is there has been read.
std::string copy_job(TextOptions source, TextOptions sink, const std::string& column = "value") {
  source["startingOffsets"] = "earliest";
  return "checkpointLocation: state\nsources:\n  in: " + yaml_map("type: kafka", source) +
         "\noperators:\n  rows: {from: in, select: [\"" + column + "\"]}\nsinks:\n  out: " +
         yaml_map("from: rows, type: kafka", sink) + "\ntrigger: availableNow\n";
}

TextOptions at(const std::string& servers, const std::string& name, const std::string& topic) {
  return {{"kafka.bootstrap.servers", servers}, {name, topic}};
}

/// For brokers that will not answer: how long to wait for them.
TextOptions briefly(TextOptions options) {
  options["kafka.default.api.timeout.ms"] = "4000";
  return options;
}

ProgramEnd run(const std::string& topology) {
  EngineJob job(topology);
  job.start();
  return job.end();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string new_topic(Broker& broker, const TextOptions& settings = {}) {
  const std::string topic = Broker::unique_topic("fault");
  broker.create_topic(topic, 1, settings);
  return topic;
}

TextOptions with_login(TextOptions options, const std::string& password) {
  options["kafka.bootstrap.servers"] = ::getenv("MILLRACE_KAFKA_LOGIN");
  options["kafka.security.protocol"] = "SASL_PLAINTEXT";
  options["kafka.sasl.mechanism"] = "PLAIN";
  options["kafka.sasl.jaas.config"] =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"millrace\" "
      "password=\"" + password + "\";";
  return options;
}

}  // namespace

TEST_CASE("a job logs in to the brokers, and says so when they refuse it", "[faults]") {
  Broker& broker = Broker::shared();
  const std::string in = new_topic(broker);
  const std::string out = new_topic(broker);
  broker.put({{in, 0, {}, "a", 1, {}}});
  const TextOptions source = at(broker.address(), "subscribe", in);
  const TextOptions sink = at(broker.address(), "topic", out);

  const ProgramEnd good =
      run(copy_job(with_login(source, "of-the-mill"), with_login(sink, "of-the-mill")));
  INFO(good.err);
  CHECK(good.code == 0);
  CHECK(broker.read_all(out).size() == 1);

  for (const bool at_source : {true, false}) {
    const ProgramEnd bad = run(copy_job(at_source ? briefly(with_login(source, "wrong-word")) : source,
                                        at_source ? sink : briefly(with_login(sink, "wrong-word"))));
    INFO(bad.err);
    CHECK(bad.code == 69);
    CHECK(contains(bad.err, at_source ? "kafka source: no broker answers" : "kafka sink: no broker answers"));
    CHECK(contains(bad.err, "Authentication failed"));
    CHECK_FALSE(contains(bad.err + bad.out, "wrong-word"));
  }
  CHECK(broker.read_all(out).size() == 1);
}

TEST_CASE("a job whose brokers are away at the start says so and ends", "[faults]") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  const std::string nowhere = "127.0.0.1:1";
  for (const bool at_source : {true, false}) {
    const TextOptions source = at(at_source ? nowhere : broker.address(), "subscribe", topic);
    const TextOptions sink = at(at_source ? broker.address() : nowhere, "topic", topic);
    const ProgramEnd end = run(copy_job(briefly(source), briefly(sink)));
    INFO(end.err);
    CHECK(end.code == 69);
    CHECK(contains(end.err, std::string(at_source ? "kafka source" : "kafka sink") +
                                ": no broker answers: '127.0.0.1:1'"));
    CHECK(contains(end.err, "= fix: check kafka.bootstrap.servers"));
  }
}

TEST_CASE("a record that brokers reject ends the job, and nothing of its epoch is seen", "[faults]") {
  Broker& broker = Broker::shared();
  const std::string in = new_topic(broker);
  broker.put({{in, 0, {}, "good", 1, {}}, {in, 0, {}, std::string(700'000, 'x'), 1, {}}});
  const std::string thrice =
      "concat(CAST(value AS STRING), CAST(value AS STRING), CAST(value AS STRING)) AS value";

  SECTION("larger than the topic allows") {
    const std::string out = new_topic(broker, {{"max.message.bytes", "1000"}});
    TextOptions sink = at(broker.address(), "topic", out);
    sink["kafka.max.request.size"] = "5000000";
    sink["visibility"] = "committed";
    const ProgramEnd end = run(copy_job(at(broker.address(), "subscribe", in), sink, thrice));
    INFO(end.err);
    CHECK(end.code == 1);
    CHECK(contains(end.err, "a record was not written to topic '" + out + "' partition 0: "
                            "Broker: Message size too large"));
    CHECK(broker.read_all(out).empty());
  }
  SECTION("larger than the client may send") {
    const std::string out = new_topic(broker);
    TextOptions sink = at(broker.address(), "topic", out);
    sink["visibility"] = "committed";
    const ProgramEnd end = run(copy_job(at(broker.address(), "subscribe", in), sink, thrice));
    INFO(end.err);
    CHECK(end.code == 1);
    CHECK(contains(end.err, "The message is 2100000 bytes when serialized which is larger than 1000000"));
    CHECK(broker.read_all(out).empty());
  }
  SECTION("without a key in a compacted topic") {
    const std::string out = new_topic(broker, {{"cleanup.policy", "compact"}});
    TextOptions sink = at(broker.address(), "topic", out);
    for (const char* visibility : {"immediate", "committed"}) {
      sink["visibility"] = visibility;
      const ProgramEnd end = run(copy_job(at(broker.address(), "subscribe", in), sink));
      INFO(visibility << ": " << end.err);
      CHECK(end.code == 1);
      CHECK(contains(end.err, "a record was not written to topic '" + out + "' partition 0: Broker: "));
      CHECK(broker.read_all(out).empty());
    }
  }
}

TEST_CASE("a topic that is deleted while a job reads it ends the job", "[faults]") {
  Broker& broker = Broker::shared();
  const std::string in = new_topic(broker);
  const std::string out = new_topic(broker);
  broker.put({{in, 0, {}, "a", 1, {}}});
  EngineJob job(copy_job(at(broker.address(), "subscribe", in), at(broker.address(), "topic", out)));
  job.start({"--trigger", "continuous 20 ms"});
  REQUIRE(comes_true([&] { return !broker.read_all(out).empty(); }));

  broker.delete_topic(in);
  const ProgramEnd end = job.end();

  INFO(end.err);
  CHECK(end.code == 1);
  CHECK(contains(end.err, "This server does not host this topic-partition."));
  CHECK(broker.read_all(out).size() == 1);
}

}  // namespace millrace::testing
