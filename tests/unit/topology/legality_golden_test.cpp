#include "tests/support/catch.hpp"
#include "tests/unit/topology/legality_golden_plans.hpp"
#include "tests/unit/topology/plan_builders.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <optional>
#include <regex>

using namespace millrace;
using namespace millrace::testing;
using nlohmann::json;

namespace {

struct Program {
  plan::NodePtr plan;
  std::string mode = "append";
  Settings settings;
};

std::optional<std::string> call_argument(const std::string& code, const std::string& call) {
  if (!code.starts_with(call + "(") || !code.ends_with(")")) return std::nullopt;
  return code.substr(call.size() + 1, code.size() - call.size() - 2);
}

/// Takes `, 'mode'` from the end of a call's arguments.
std::string take_mode(std::string& arguments) {
  static const std::regex kMode("^([^]*), '(append|update|complete)'$");
  std::smatch match;
  if (!std::regex_match(arguments, match, kMode)) return "append";
  const std::string mode = match[2];
  arguments = match[1].str();
  return mode;
}

plan::NodePtr plan_of(const std::string& frame) {
  if (const auto text = call_argument(frame, "spark.sql")) {
    return sql(text->substr(1, text->size() - 2));
  }
  const auto known = golden_plans().find(frame);
  return known == golden_plans().end() ? nullptr : known->second;
}

/// The program, if it is one of those that this version can say.
std::optional<Program> program_of(const std::string& code) {
  Program program;
  std::string frame = code;
  if (auto started = call_argument(code, "start")) {
    frame = *started;
    program.mode = take_mode(frame);
  } else if (auto continuous = call_argument(code, "start_continuous")) {
    frame = *continuous;
    program.mode = take_mode(frame);
    program.settings.trigger.kind = Trigger::Kind::Continuous;
    program.settings.spark_strict = true;
  }
  program.plan = plan_of(frame);
  if (!program.plan) return std::nullopt;
  return program;
}

/// Spark's text without the place, and without what was wrapped around it when a query died.
std::string spark_text(const json& line) {
  std::string text = line.value("message", "");
  if (const auto place = text.find("; line "); place != std::string::npos) text.resize(place);
  if (const auto place = text.find(" (line "); place != std::string::npos) text.resize(place);
  const std::string died = "terminated with exception: ";
  const auto cause = text.find(died);
  if (cause == std::string::npos) return text;
  text = text.substr(cause + died.size());
  return text.substr(0, text.rfind(" SQLSTATE: XXKST"));
}

std::string verdict(const Program& program) {
  const auto analysis = analyzed(program.plan, program.mode, program.settings);
  return analysis.ok() ? "accepted" : text_of(analysis.errors.front());
}

struct Counts {
  int equal = 0;
  int known = 0;
  int unsaid = 0;
};

/// Where Millrace differs on purpose, or does less for now. By the program's text.
const std::map<std::string, std::string>& differences() {
  static const std::map<std::string, std::string> known{
      {R"~(start(spark.sql('SELECT k, row_number() OVER (PARTITION BY k ORDER BY ts) AS rn FROM ev')))~",
       "OVER on streams is an extension, refused with sparkStrict"},
      {R"~(start(spark.sql('SELECT lag(v) OVER (ORDER BY ts) FROM ev')))~",
       "OVER on streams is an extension, refused with sparkStrict"},
      {R"~(start(ev.select(monotonically_increasing_id())))~", "no such function here"},
      {R"~(start(ev.select(spark_partition_id())))~", "no such function here"},
      {R"~(start(spark.sql('SELECT * FROM ev WHERE v IN (SELECT v FROM ev)')))~",
       "subqueries in expressions come with a later version"},
      {R"~(start(spark.sql('SELECT * FROM ev WHERE k NOT IN (SELECT k FROM static)')))~",
       "subqueries in expressions come with a later version"},
      {R"~(start(spark.sql('SELECT *, (SELECT max(sv) FROM static) AS m FROM ev')))~",
       "subqueries in expressions come with a later version"},
      {R"~(start(wm.withWatermark('ts', '5 seconds')))~",
       "refused at the start, not in the first batch after the watermark moved"},
      {R"~(start(wm.groupBy(window('ts', '10 seconds')).count().withWatermark('window', '5 seconds')))~",
       "refused at the start, not in the first batch after the watermark moved"},
      {R"~(start(wm.dropDuplicates(['k', 'ts']).withWatermark('ts', '5 seconds').groupBy(window('ts', '10 seconds')).count()))~",
       "refused at the start, not in the first batch after the watermark moved"},
      {R"~(start(wm.dropDuplicates(['k', 'ts']).withColumn('t2', wm.ts).withWatermark('t2', '5 seconds').groupBy(window('t2', '10 seconds')).count()))~",
       "refused at the start, not in the first batch after the watermark moved"},
      {R"~(start(spark.sql("SELECT window.start, count(*) FROM ev GROUP BY k, window(ts, '10 seconds') HAVING window.end > ts"), 'complete'))~",
       "says that the column is not grouped"},
      {R"~(start(spark.sql("SELECT ev.x FROM ev"), 'append'))~",
       "suggests columns without qualifier"},
      {R"~(start(spark.sql("SELECT * FROM nope"), 'append'))~", "there is no search path"},
      {R"~(start(spark.sql("SELECT k + 1 FROM ev"), 'append'))~",
       "fails when a row arrives, as in Spark"},
      {R"~(start(spark.sql("SELECT k BETWEEN 1 AND 'z' FROM ev"), 'append'))~",
       "fails when a row arrives, as in Spark"},
      {R"~(start(spark.sql("SELECT date_trunc(ts, 'day') FROM ev"), 'append'))~",
       "fails when a row arrives, as in Spark"},
      {R"~(start(spark.sql("SELECT sum(k) FROM ev"), 'complete'))~",
       "fails when a row arrives, as in Spark"},
      {R"~(start(spark.sql("SELECT sum(ts) FROM ev"), 'complete'))~",
       "sum takes numbers, text and intervals only"},
      {R"~(start(spark.sql("SELECT explode(split(k, ' ')) + 1 FROM ev"), 'append'))~",
       "prints a generator by its column"},
      {R"~(start(spark.sql("SELECT if(k, 1, 2) FROM ev"), 'append'))~",
       "the condition of if() is cast to boolean"},
      {R"~(start(spark.sql("SELECT INTERVAL 'x' SECOND FROM ev"), 'append'))~",
       "the error has a class"},
      {R"~(start(spark.sql("SELECT from_json(k, 'a NOPE') FROM ev"), 'append'))~",
       "names the type that is unknown"},
      {R"~(spark.sql("SELECT FROM ev"))~", "the syntax error stands at another word"},
      {R"~(spark.sql("SELECT k FROM ev ORDER BY"))~", "the syntax error stands at another word"},
      {R"~(spark.sql("SELECT * FROM ev; SELECT 1"))~", "the syntax error stands at another word"},
      {R"~(spark.sql("SELECT count(*) FROM ev WHERE k LIKE"))~",
       "the syntax error stands at another word"},
      {R"~(spark.sql("SELECT k FROM ev JOIN ON 1 = 1"))~",
       "the syntax error stands at another word"},
      {R"~(spark.sql("SELECT CAST(v INT) FROM ev"))~", "the syntax error stands at another word"},
      {R"~(start_continuous(rate.select(current_date())))~",
       "strict mode does not look for the current time"},
      {R"~(start_continuous(rate.select(expr('now()'))))~",
       "strict mode does not look for the current time"},
  };
  return known;
}

}  // namespace

TEST_CASE("plans are accepted and refused as Spark does it, in its words") {
  std::ifstream file("tests/fixtures/spark/errors.jsonl");
  REQUIRE(file);
  std::map<std::string, Counts> topics;
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    Counts& counts = topics[line["topic"]];
    const std::string code = line["code"];
    const auto program = program_of(code);
    if (!program) {
      ++counts.unsaid;
      continue;
    }
    const std::string wanted = line["accepted"] ? "accepted" : spark_text(line);
    const std::string given = verdict(*program);
    if (given == wanted) {
      ++counts.equal;
      if (differences().count(code) > 0) WARN("differs no longer: " << code);
      continue;
    }
    ++counts.known;
    INFO(code);
    if (differences().count(code) == 0) CHECK(given == wanted);
  }
  for (const auto& [topic, counts] : topics) {
    std::cout << topic << ": " << counts.equal << " equal, " << counts.known
              << " known differences, " << counts.unsaid << " not tried\n";
  }
}
