#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "topology/spark/python_text.hpp"
#include "topology/spark/spark_export.hpp"

using namespace millrace;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

LoadedTopology load(const std::string& text, const std::string& name, const std::string& folder) {
  TopologyText source;
  source.text = text;
  source.file_name = name;
  source.directory = folder;
  LoadedTopology loaded = load_topology(source, Catalog::builtin());
  for (const Error& error : loaded.errors) FAIL(name << ": " << error.message);
  return loaded;
}

spark::SparkExport exported(const std::string& text) {
  return spark::export_to_spark(load(text, "job.yaml", ""));
}

spark::SparkExport exported_example(const std::string& name) {
  return spark::export_to_spark(
      load(content_of("examples/" + name + ".yaml"), name + ".yaml", "examples"));
}

/// The program with the folder of this run taken out of its paths.
std::string portable(std::string program) {
  const std::string here = fs::current_path().string() + "/";
  for (std::size_t at = 0; (at = program.find(here, at)) != std::string::npos;)
    program.erase(at, here.size());
  return program;
}

/// `message -> fix` of each refusal, a line each.
std::string refusals(const std::string& text) {
  std::string out;
  for (const Error& error : exported(text).errors) out += error.message + " -> " + error.fix + "\n";
  return out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kTicks = "sources:\n  ticks: {type: rate}\n";
const std::string kScreen = "sinks:\n  screen: {from: ticks, type: console}\n";

}  // namespace

TEST_CASE("examples become the PySpark programs that stand beside this test") {
  for (const fs::directory_entry& entry : fs::directory_iterator("tests/unit/topology/spark_programs")) {
    const std::string name = entry.path().stem().string();
    INFO(name);
    CHECK(portable(exported_example(name).program) == content_of(entry.path()));
  }
}

TEST_CASE("examples beyond Spark are refused, each thing with a way out") {
  for (const char* name : {"fraud", "running_totals", "card_velocity", "card_features", "top_payments",
                           "late_readings"}) {
    INFO(name);
    const spark::SparkExport result = exported_example(name);
    CHECK(result.program.empty());
    REQUIRE(!result.errors.empty());
    for (const Error& error : result.errors) {
      INFO(error.message);
      CHECK(!error.fix.empty());
      CHECK(error.origin.line > 0);
    }
  }
}

TEST_CASE("what Spark lacks is refused with the reason and the nearest thing that works") {
  CHECK(refusals("sources:\n  a: {type: socket, listen: true, port: 1}\n"
                 "sinks:\n  out: {from: a, type: console}\n") ==
        "spark: listen: the socket source of Spark connects, it does not listen -> let the clients "
        "write to a Kafka topic, and read that\n");
  CHECK(refusals(kTicks + "sinks:\n  out: {from: ticks, type: socket, host: localhost, port: 1}\n") ==
        "spark: sink 'out': Spark has no socket sink -> write to a Kafka topic, or give the rows to a "
        "program with foreachBatch\n");
  CHECK(refusals("sources:\n  bids: {type: nexmark, events: 10}\n"
                 "sinks:\n  out: {from: bids, type: console}\n") ==
        "spark: source of type nexmark: Spark has no source of NEXMark events -> write the events to "
        "files with Millrace, and read those\n");
  CHECK(refusals(kTicks + "operators:\n  half: {from: ticks, select: [1 / value AS h], onError: drop}\n"
                          "sinks:\n  out: {from: half, type: console}\n") ==
        "spark: onError: Spark ends the query when an expression fails -> use try_divide, try_cast and "
        "their like, which give NULL\n");
}

TEST_CASE("a continuous job becomes micro-batches, and the program says so") {
  const auto result = exported(kTicks + kScreen + "trigger: {continuous: 1 second}\n");
  REQUIRE(result.notes.size() == 1);
  CHECK(contains(result.notes[0], "it runs in micro-batches"));
  CHECK(contains(result.program, "# Spark has no continuous mode for this job"));
  CHECK(!contains(result.program, ".trigger("));
}

TEST_CASE("a continuous job from Kafka to Kafka without state becomes Real-Time Mode") {
  const auto result = exported(
      "sources:\n  lines: {type: kafka, kafka.bootstrap.servers: \"h:1\", subscribe: a}\n"
      "operators:\n  texts: {from: lines, select: [value]}\n"
      "sinks:\n  out: {from: texts, type: kafka, kafka.bootstrap.servers: \"h:1\", topic: b}\n"
      "trigger: {continuous: 10 ms}\n");
  CHECK(contains(result.program, ".trigger(realTime=\"5 seconds\")"));
  CHECK(contains(result.program, ".outputMode(\"update\")"));
  REQUIRE(result.packages.size() == 1);
  CHECK(contains(result.program, "spark-submit --packages " + result.packages[0]));
}

TEST_CASE("secrets do not stand in the program, it reads them from its environment") {
  const std::string login =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"me\" "
      "password=\"hush-hush\";";
  const auto result = exported(
      "sources:\n  lines:\n    type: kafka\n    kafka.bootstrap.servers: \"h:1\"\n    subscribe: a\n"
      "    kafka.security.protocol: sasl_ssl\n    kafka.sasl.mechanism: PLAIN\n"
      "    kafka.sasl.jaas.config: '" + login + "'\n"
      "sinks:\n  out: {from: lines, type: console}\n");
  CHECK(!contains(result.program, "hush-hush"));
  CHECK(contains(result.program, "os.environ[\"KAFKA_SASL_JAAS_CONFIG\"]"));
  CHECK(result.environment.at("KAFKA_SASL_JAAS_CONFIG") == login);
}

TEST_CASE("each query of a job with a checkpoint location has a folder of its own") {
  const auto result = exported(kTicks +
                               "sinks:\n  a: {from: ticks, type: console}\n"
                               "  b: {from: ticks, type: memory}\ncheckpointLocation: /state\n");
  CHECK(contains(result.program, "\"checkpointLocation\", \"/state/spark/a\""));
  CHECK(contains(result.program, "\"checkpointLocation\", \"/state/spark/b\""));
  CHECK(contains(result.program, "spark.streams.awaitAnyTermination()"));
}

TEST_CASE("a job without a stream writes its tables once") {
  const auto result = exported(
      "sources:\n  rows: {type: json, path: examples/data/stores, schema: store STRING, static: true}\n"
      "sinks:\n  out: {from: rows, type: json, path: out}\n  screen: {from: rows, type: console}\n");
  CHECK(contains(result.program, "rows.write.format(\"json\").mode(\"append\").save("));
  CHECK(contains(result.program, "rows.show(20, True)"));
  CHECK(!contains(result.program, "writeStream"));
}

TEST_CASE("Python text keeps what the user wrote") {
  CHECK(spark::quoted("say \"hi\" \\ there") == R"("say \"hi\" \\ there")");
  CHECK(spark::quoted("a\nb") == "\"\"\"a\nb\"\"\"");
  CHECK(spark::option_literal("true") == "True");
  CHECK(spark::option_literal("007") == "\"007\"");
  CHECK(spark::option_literal("7") == "7");
}

TEST_CASE("names become variables that Python takes") {
  CHECK(spark::identifier("per-minute") == "per_minute");
  CHECK(spark::identifier("class") == "class_");
  CHECK(spark::identifier("2nd") == "_2nd");
}
