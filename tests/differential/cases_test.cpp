#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/differential/expression_rows.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;

namespace {

constexpr const char* kCases = "tests/differential/cases/expressions.jsonl";

bool same_number(const std::string& a, const std::string& b) {
  const double x = std::strtod(a.c_str(), nullptr);
  const double y = std::strtod(b.c_str(), nullptr);
  return (std::isnan(x) && std::isnan(y)) || (x == y && std::signbit(x) == std::signbit(y));
}

bool is_number(const json& value) {
  if (!value.is_string()) return false;
  const std::string text = value;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

/// Equal; where the type has floating numbers, their texts need only mean the same.
bool same(const json& a, const json& b, bool has_fractions) {
  if (!a.is_array() || !b.is_array() || a.size() != b.size())
    return a == b || (has_fractions && is_number(a) && is_number(b) &&
                      same_number(a.get<std::string>(), b.get<std::string>()));
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same(a[i], b[i], has_fractions)) return false;
  return true;
}

/// Java's own exceptions have no class that Millrace could share: any error will do.
bool is_java_exception(const json& answer) {
  if (!answer.is_object() || !answer.contains("error")) return false;
  return answer["error"].get<std::string>().starts_with("java.");
}

/// Millrace's answer for the one row of a case; an error of binding stands for the row's.
json answer_of(const json& line) {
  json request = line;
  request["rows"] = json::array({line["row"]});
  request["expressions"] = json::array({line["expression"]});
  const json answer = millrace::test::evaluate_rows(request)[0];
  if (answer.contains("error")) return answer;
  if (!line["type"].is_null() && answer["type"] != line["type"]) return answer["type"];
  return answer["values"][0];
}

bool has_fractions(const json& type) {
  const std::string text = type.is_string() ? type.get<std::string>() : "";
  return text.find("double") != text.npos || text.find("float") != text.npos;
}

}  // namespace

TEST_CASE("what once differed from Spark gives Spark's answer") {
  std::ifstream file(kCases);
  REQUIRE(file.good());
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    const json answer = answer_of(line);
    INFO(text << "\n  gives " << answer.dump());
    if (is_java_exception(line["spark"])) CHECK(answer.contains("error"));
    else CHECK(same(answer, line["spark"], has_fractions(line["type"])));
  }
}
