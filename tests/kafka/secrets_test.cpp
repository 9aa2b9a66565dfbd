// A job that logs in to a running broker: whatever it shows, while it runs, when it ends well and when it
// fails, must not have its passwords, also where a record holds the same text.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/engine_job.hpp"
#include "tests/kafka/waiting.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/http_get.hpp"

#include <stdlib.h>

#include <csignal>

namespace millrace::testing {

namespace {

// What the broker that tools/kafka starts wants.
const std::string kPassword = "of-the-mill";
const std::string kKeyCanary = "tweety-bird-7";
const std::string kWrongPassword = "sylvester-9";

bool shows_secret(const std::string& text) {
  for (const std::string& secret : {kPassword, kKeyCanary, kWrongPassword})
    if (text.find(secret) != std::string::npos) return true;
  return false;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::map<std::string, std::string> login(const std::string& password) {
  return {{"kafka.bootstrap.servers", ::getenv("MILLRACE_KAFKA_LOGIN")},
          {"kafka.security.protocol", "SASL_PLAINTEXT"},
          {"kafka.sasl.mechanism", "PLAIN"},
          {"kafka.sasl.username", "millrace"},
          {"kafka.sasl.password", password},
          {"kafka.ssl.key.password", kKeyCanary},
          {"kafka.default.api.timeout.ms", "4000"}};
}

/// Copies the numbers among the values of `in` to `out`; the others are dead letters on the screen.
std::string copy_job(const std::string& in, const std::string& out, const std::string& password) {
  auto source = login(password);
  source["subscribe"] = in;
  source["startingOffsets"] = "earliest";
  auto sink = login(password);
  sink["topic"] = out;
  return "name: canary\ncheckpointLocation: state\nsources:\n  in: " + yaml_map("type: kafka", source) +
         "\noperators:\n  texts: {from: in, select: [CAST(value AS STRING) AS text]}\n"
         "  numbers: {from: texts, onError: deadLetter, deadLetter: rejected,\n"
         "    select: [CAST(CAST(text AS INT) AS STRING) AS value]}\nsinks:\n  out: " +
         yaml_map("from: numbers, type: kafka", sink) +
         "\n  rejected: {type: console, format: json}\ntrigger: {processingTime: 20 milliseconds}\n";
}

std::string new_topic(Broker& broker) {
  const std::string topic = Broker::unique_topic("secret");
  broker.create_topic(topic, 1);
  return topic;
}

/// What `millrace run` is asked for, so that it says as much as it can.
std::vector<std::string> talkative(const EngineJob& job, int port) {
  return {"run", (job.folder() / "job.yaml").string(), "--progress", "json", "--log-level", "debug",
          "--http", "127.0.0.1:" + std::to_string(port)};
}

}  // namespace

TEST_CASE("a job that is logged in shows its secrets nowhere", "[secrets]") {
  Broker& broker = Broker::shared();
  const std::string in = new_topic(broker);
  const std::string out = new_topic(broker);
  broker.put({{in, 0, {}, "1", 1, {}}, {in, 0, {}, kPassword, 1, {}}});
  const EngineJob job(copy_job(in, out, kPassword));
  const std::string file = (job.folder() / "job.yaml").string();
  const int port = free_port();
  Program program(talkative(job, port));
  REQUIRE(comes_true([&] { return !broker.read_all(out).empty(); }));
  REQUIRE(contains(await_answer(port, "/api/progress", "KafkaV2"), "KafkaV2"));

  for (const char* page : {"/", "/api/plan", "/api/progress", "/api/state", "/metrics"})
    CHECK_FALSE(shows_secret(get(port, page)));
  const ProgramEnd status = run_program({"status", file});
  const ProgramEnd explain = run_program({"explain", file});
  const ProgramEnd stop = run_program({"stop", "--drain", file});
  const ProgramEnd end = program.end();

  CHECK(contains(status.out, "KafkaV2"));
  CHECK(contains(explain.out, "kafka"));
  CHECK(stop.code == 0);
  CHECK(end.code == 0);
  CHECK(contains(end.out, "CAST_INVALID_INPUT"));  // the dead letter
  CHECK(contains(end.err, "maxOffsetsBehindLatest"));
  for (const ProgramEnd& said : {status, explain, stop, end}) {
    CHECK_FALSE(shows_secret(said.out));
    CHECK_FALSE(shows_secret(said.err));
  }
}

TEST_CASE("a job whose login is refused shows its secrets nowhere", "[secrets]") {
  Broker& broker = Broker::shared();
  const std::string in = new_topic(broker);
  const EngineJob job(copy_job(in, in, kWrongPassword));
  const int port = free_port();
  Program program(talkative(job, port));
  const std::string plan = await_answer(port, "/api/plan", "canary");

  const ProgramEnd end = program.end();

  CHECK_FALSE(shows_secret(plan));
  CHECK(end.code == 69);
  CHECK(contains(end.err, "Authentication failed"));
  CHECK_FALSE(shows_secret(end.out + end.err));
}

TEST_CASE("a job that fails while it is logged in shows its secrets nowhere", "[secrets]") {
  Broker& broker = Broker::shared();
  const std::string in = new_topic(broker);
  broker.put({{in, 0, {}, kPassword, 1, {}}});
  std::string topology = copy_job(in, in, kPassword);
  const std::string policy = "onError: deadLetter, deadLetter: rejected,";
  topology.replace(topology.find(policy), policy.size(), "onError: fail,");
  const std::string rejected = "  rejected: {type: console, format: json}\n";
  topology.erase(topology.find(rejected), rejected.size());
  const EngineJob job(topology);
  Program program(talkative(job, free_port()));

  const ProgramEnd end = program.end();

  CHECK(end.code == 1);
  CHECK(contains(end.err, "CAST_INVALID_INPUT"));
  CHECK_FALSE(shows_secret(end.out + end.err));
}

}  // namespace millrace::testing
