#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "tests/unit/topology/pyspark_program.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <map>

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

/// The reason of programs that run here, and that `sparkStrict: true` refuses as Spark does.
const std::string kExtension = "an extension; with sparkStrict it is as in Spark";

struct Counts {
  int equal = 0;
  int differ = 0;
};

/// Where Millrace differs on purpose, or does less: the programs' texts with the reason.
std::map<std::string, std::string> differences() {
  std::map<std::string, std::string> known;
  std::ifstream file("tests/unit/topology/spark_differences.txt");
  std::string reason;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  ")) known[line.substr(2)] = reason;
    else if (line.ends_with(":")) reason = line.substr(0, line.size() - 1);
  }
  return known;
}

}  // namespace

TEST_CASE("plans are accepted and refused as Spark does it, in its words") {
  std::ifstream file("tests/fixtures/spark/errors.jsonl");
  REQUIRE(file);
  const std::map<std::string, std::string> known = differences();
  std::map<std::string, Counts> topics;
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    const std::string code = line["code"];
    INFO(code);
    auto program = program_of(code);
    const auto reason = known.find(code);
    const bool is_extension = reason != known.end() && reason->second == kExtension;
    if (program && is_extension) program->settings.spark_strict = true;
    const std::string wanted = line["accepted"] ? "accepted" : spark_text(line);
    const std::string given = program ? verdict(*program) : "not tried";
    const bool is_equal = given == wanted;
    ++(is_equal ? topics[line["topic"]].equal : topics[line["topic"]].differ);
    if (reason == known.end() || is_extension) CHECK(given == wanted);
    else if (is_equal) WARN("differs no longer: " << code);
  }
  for (const auto& [topic, counts] : topics)
    std::cout << topic << ": " << counts.equal << " as Spark, " << counts.differ
              << " known differences\n";
}
