// Programs that Spark accepted or refused: tests/fixtures/spark/kafka/programs.jsonl.
#include "sources/source_type.hpp"
#include "tests/kafka/broker.hpp"
#include "tests/kafka/engine_job.hpp"
#include "tests/kafka/source_run.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <set>

namespace millrace::testing {

namespace {

using Json = nlohmann::json;

/// Accepted by Spark, refused here on purpose; or the other way round.
const std::set<std::string> kOtherwise{
    // maxOffsetsPerTrigger 0 would never read a record, -1 kills Spark's query later.
    R"({"maxOffsetsPerTrigger":"0"})", R"({"maxOffsetsPerTrigger":"-1"})"};

struct Verdict {
  bool accepted = true;
  std::string message;
};

TextOptions options_of(const Json& program) {
  TextOptions options;
  for (const auto& [name, value] : program["options"].items())
    options[name] = value == "<BROKER>" ? Broker::shared().address() : value.get<std::string>();
  return options;
}

Verdict judge_source(const Json& program) {
  const std::string kind = program["kind"];
  const Reading reading = kind == "batch"        ? Reading::Batch
                          : kind == "continuous" ? Reading::Continuous
                                                 : Reading::MicroBatches;
  SourceRun run(options_of(program), reading);
  if (!run.error() && kind == "stream") run.run_until(0);
  if (!run.error() && kind != "stream") run.read_until(kind == "batch" ? 1'000'000 : 0);
  if (run.error()) return {false, run.error()->message};
  return {};
}

Verdict judge_schema(const Json& program) {
  SourceRequest request;
  for (const auto& [name, value] : options_of(program)) request.options.set(name, value);
  request.schema = Schema{{{"value", TypeKind::String}}};
  for (const SourceType& type : builtin_sources())
    if (type.name == "kafka") {
      const auto planned = type.plan(request);
      return {planned.ok(), planned.ok() ? "" : planned.error().message};
    }
  return {};
}

/// The table `ev` of one row, read as a stream or as a whole, selected from and written.
Verdict judge_sink(const Json& program) {
  std::string select;
  for (const std::string column : program["select"]) select += Json(column).dump() + ", ";
  EngineJob job(
      "sources:\n  ev: {type: json, path: in, schema: \"ts TIMESTAMP, k STRING, v INT\", static: " +
      std::string(program["kind"] == "sink" ? "false" : "true") +
      "}\noperators:\n  rows: {from: ev, select: [" + select + "]}\nsinks:\n  out: " +
      yaml_map("from: rows, type: kafka", options_of(program)) + "\n");
  std::filesystem::create_directory(job.folder() / "in");
  std::ofstream(job.folder() / "in/0.json") << R"({"ts":"2024-03-01T10:00:00Z","k":"a","v":1})" "\n";
  job.start({"--trigger", "availableNow"});
  const ProgramEnd end = job.end();
  return {end.code == 0, end.err};
}

Verdict judge(const Json& program) {
  const std::string kind = program["kind"];
  if (kind.starts_with("sink")) return judge_sink(program);
  return kind == "schema" ? judge_schema(program) : judge_source(program);
}

std::string text_without_class(const std::string& cause) {
  const std::size_t colon = cause.find(": ");
  return colon == std::string::npos ? cause : cause.substr(colon + 2);
}

bool is_otherwise(const Json& program) {
  for (const std::string& rule : kOtherwise) {
    bool all = true;
    const Json wanted = Json::parse(rule);
    for (const auto& [name, value] : wanted.items())
      all = all && program["options"].contains(name) && program["options"][name] == value;
    if (all) return true;
  }
  return false;
}

/// What came of many programs.
struct Score {
  int verdicts = 0;
  int refused = 0;
  int texts = 0;  // of the refused ones: in Spark's words
  std::string other_words;
};

void check(const Json& program, Score& score) {
  const bool expected = program["accepted"].get<bool>() != is_otherwise(program);
  const Verdict verdict = judge(program);
  INFO(program.dump() << "\n" << verdict.message);
  CHECK(verdict.accepted == expected);
  ++score.verdicts;
  if (verdict.accepted || program["accepted"]) return;
  ++score.refused;
  const std::string text = text_without_class(program["cause"]);
  const bool same = verdict.message.find(text.substr(0, text.find('\n'))) != std::string::npos;
  score.texts += same ? 1 : 0;
  if (!same) score.other_words += verdict.message + "\n  in Spark: " + text + "\n";
}

/// `sinks`: those that write Kafka, else those that read it.
Score check_programs(bool sinks) {
  Score score;
  std::ifstream lines("tests/fixtures/spark/kafka/programs.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const Json program = Json::parse(line);
    // There are no save modes.
    if (program.contains("mode")) continue;
    if (program["kind"].get<std::string>().starts_with("sink") == sinks) check(program, score);
  }
  return score;
}

}  // namespace

TEST_CASE("programs that read Kafka are accepted and refused as in Spark", "[golden]") {
  Broker& broker = Broker::shared();
  broker.create_topic("t2", 2);
  constexpr std::int64_t kFirst = 1709280000000;
  broker.put({{"t2", 0, "k", "a", kFirst, {}},
              {"t2", 1, "k", "b", kFirst + 1000, {}},
              {"t2", 0, "k", "c", kFirst + 2000, {}}});

  const Score score = check_programs(false);

  INFO(score.other_words);
  CHECK(score.verdicts == 87);
  CHECK(score.texts >= score.refused - 5);
}

TEST_CASE("programs that write Kafka are accepted and refused as in Spark", "[golden]") {
  Broker::shared().create_topic("out", 1);

  const Score score = check_programs(true);

  INFO(score.other_words);
  CHECK(score.verdicts == 39);
  CHECK(score.texts >= score.refused - 4);
}

}  // namespace millrace::testing
