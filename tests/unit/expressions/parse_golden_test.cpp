// Every expression and every query of Spark's golden files against the parser.
#include "expressions/parser.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <regex>

using namespace millrace;

namespace {

const std::string kFixtures = "tests/fixtures/spark/";

std::vector<nlohmann::json> read_lines(const std::string& file) {
  std::vector<nlohmann::json> out;
  std::ifstream in(kFixtures + file);
  for (std::string line; std::getline(in, line);) out.push_back(nlohmann::json::parse(line));
  REQUIRE(!out.empty());
  return out;
}

// Spark refuses these too.
bool is_refused(const nlohmann::json& golden) {
  const std::string error = golden.value("/both/error"_json_pointer, "");
  return error == "PARSE_SYNTAX_ERROR" || error == "INVALID_NUMERIC_LITERAL_RANGE";
}

void collect_literal_types(const Expression& expression, std::vector<std::string>& types);

void collect_literal_types(const ExpressionPtr& expression, std::vector<std::string>& types) {
  if (expression) collect_literal_types(*expression, types);
}

void collect_literal_types(const Expression& expression, std::vector<std::string>& types) {
  if (const auto* literal = std::get_if<Literal>(&expression.node)) {
    types.push_back(literal->value.type.to_sql());
  } else if (const auto* call = std::get_if<Function>(&expression.node)) {
    for (const auto& argument : call->arguments) collect_literal_types(argument, types);
  } else if (const auto* cast = std::get_if<Cast>(&expression.node)) {
    collect_literal_types(cast->child, types);
  } else if (const auto* extract = std::get_if<ExtractValue>(&expression.node)) {
    collect_literal_types(extract->child, types);
    collect_literal_types(extract->key, types);
  } else if (const auto* lambda = std::get_if<Lambda>(&expression.node)) {
    collect_literal_types(lambda->body, types);
  }
}

// Spark's list names what its own rewriting added, which the text does not say.
bool is_rewritten(const std::string& text) {
  static const std::regex kRewritten(
      "struct\\(|^\\(1, 2\\)|timestampdiff|LIKE ANY|overlay|position|array_sort|count\\(\\*",
      std::regex::icase);
  return std::regex_search(text, kRewritten);
}

std::vector<std::string> strings_between(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> out;
  for (std::sregex_iterator i(text.begin(), text.end(), pattern), end; i != end; ++i) {
    out.push_back((*i)[1].str() + (*i)[2].str());
  }
  return out;
}

}  // namespace

TEST_CASE("every golden expression parses, except those that Spark refuses") {
  for (const auto& golden : read_lines("expressions.jsonl")) {
    const std::string text = golden["expr"];
    INFO(text);
    const auto parsed = parse_expression(text);
    CHECK(parsed.ok() == !is_refused(golden));
    if (!parsed.ok()) CHECK(parsed.error().error_class == golden["both"]["error"]);
  }
}

TEST_CASE("the SQL printed for a golden expression parses to the same expression") {
  for (const auto& golden : read_lines("expressions.jsonl")) {
    const auto parsed = parse_expression(golden["expr"].get<std::string>());
    if (!parsed) continue;
    const std::string sql = to_sql(**parsed);
    INFO(sql);
    const auto again = parse_expression(sql);
    REQUIRE(again.ok());
    CHECK(to_sql(**again) == sql);
    CHECK(column_name(**again) == column_name(**parsed));
  }
}

TEST_CASE("literals of golden expressions have Spark's types") {
  std::size_t compared = 0;
  for (const auto& golden : read_lines("expressions.jsonl")) {
    const std::string text = golden["expr"];
    const auto parsed = parse_expression(text);
    if (!parsed || is_rewritten(text)) continue;
    std::vector<std::string> types;
    collect_literal_types(*parsed, types);
    for (std::string& type : types) type = type == "NULL" ? "VOID" : type;
    INFO(text);
    const auto expected = golden["literalTypes"].get<std::vector<std::string>>();
    CHECK(types == expected);
    ++compared;
  }
  CHECK(compared > 590);
}

TEST_CASE("columns of golden expressions have Spark's names where no type decides them") {
  std::size_t equal = 0, different = 0;
  for (const auto& golden : read_lines("expressions.jsonl")) {
    const auto parsed = parse_expression(golden["expr"].get<std::string>());
    if (!parsed || !golden.contains("columnName") || golden["columnName"].is_null()) continue;
    const bool same = column_name(**parsed) == golden["columnName"].get<std::string>();
    UNSCOPED_INFO((same ? "" : golden["expr"].get<std::string>() + " -> " + column_name(**parsed)));
    ++(same ? equal : different);
  }
  CHECK(equal >= 600);
  CHECK(different <= 15);
}

TEST_CASE("every query of the golden cases parses") {
  std::size_t queries = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFixtures)) {
    if (entry.path().filename() != "case.yaml") continue;
    std::ifstream in(entry.path());
    bool in_block = false;
    for (std::string line; std::getline(in, line);) {
      if (in_block) {
        INFO(entry.path() << ": " << line);
        const auto parsed = parse_query(line);
        CHECK(parsed.ok());
        ++queries;
      }
      in_block = line.ends_with("sql: |");
    }
  }
  CHECK(queries > 100);
}

TEST_CASE("golden programs parse, and Spark's syntax errors are found where Spark finds them") {
  // Where Spark takes a keyword for a name and stumbles later, the place differs.
  const std::regex elsewhere("ORDER BY$|LIKE$|JOIN ON");
  const std::regex sql("sql\\((?:\"([^\"]*)\"|'([^']*)')\\)");
  std::size_t refused = 0;
  for (const auto& golden : read_lines("errors.jsonl")) {
    for (const std::string& text : strings_between(golden["code"], sql)) {
      INFO(text);
      const auto parsed = parse_query(text);
      if (golden.value("class", "") != "ParseException") {
        const bool trailing = golden.value("condition", "") == "TRAILING_COMMA_IN_SELECT";
        const bool keyword_name = text == "SELECT FROM ev";
        CHECK(parsed.ok() == !(trailing || keyword_name));
        continue;
      }
      REQUIRE(!parsed.ok());
      ++refused;
      CHECK(parsed.error().error_class == golden["condition"]);
      std::smatch place;
      const std::string message = golden["message"];
      if (std::regex_search(message, place, std::regex("pos (\\d+)\\)")) &&
          !std::regex_search(text, elsewhere)) {
        CHECK(parsed.error().origin.column == std::stoi(place[1]) + 1);
        const std::string near =
            parsed.error().message.substr(0, parsed.error().message.size() - 1);
        CHECK(message.find(near) != std::string::npos);
      }
    }
  }
  CHECK(refused >= 14);
}
