#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "tests/unit/topology/pyspark_program.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <set>

using namespace millrace;
using namespace millrace::testing;
using nlohmann::json;

namespace {

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

std::string verdict(const PysparkProgram& program) {
  if (program.refusal) return text_of(*program.refusal);
  const auto analysis = analyze({program.write}, program_catalog(), program.settings);
  return analysis.ok() ? "accepted" : text_of(analysis.errors.front());
}

/// Programs that run here, and that `sparkStrict: true` refuses as Spark does.
const std::set<std::string> kExtensions{
    "start(ev.groupBy('k').agg(count_distinct('v')), 'complete')",
    "start(ev.groupBy('k').agg(sum_distinct('v')), 'update')",
    "start(spark.sql('SELECT k, row_number() OVER (PARTITION BY k ORDER BY ts) AS rn FROM ev'))"};

struct Counts {
  int equal = 0;
  int differ = 0;
  int elsewhere = 0;
};

/// The programs of a list in this folder.
std::set<std::string> programs_in(const std::string& name) {
  std::set<std::string> programs;
  std::ifstream file("tests/unit/topology/" + name);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("  ")) programs.insert(line.substr(2));
  return programs;
}

}  // namespace

TEST_CASE("plans are accepted and refused as Spark does it, in its words") {
  std::ifstream file("tests/fixtures/spark/errors.jsonl");
  REQUIRE(file);
  const std::set<std::string> differing = programs_in("spark_differences.txt");
  const std::set<std::string> elsewhere = programs_in("spark_programs_elsewhere.txt");
  std::map<std::string, Counts> topics;
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    const std::string code = line["code"];
    INFO(code);
    Counts& counts = topics[line["topic"]];
    if (elsewhere.contains(code)) {
      ++counts.elsewhere;
      continue;
    }
    auto program = program_of(code);
    if (program && kExtensions.contains(code)) program->settings.spark_strict = true;
    const std::string wanted = line["accepted"] ? "accepted" : spark_text(line);
    const std::string given = program ? verdict(*program) : "not tried";
    const bool is_equal = given == wanted;
    ++(is_equal ? counts.equal : counts.differ);
    if (!differing.contains(code)) CHECK(given == wanted);
    else CHECK_FALSE(is_equal);
  }
  for (const auto& [topic, counts] : topics)
    std::cout << topic << ": " << counts.equal << " as Spark, " << counts.elsewhere
              << " in another test, " << counts.differ << " known differences\n";
}
