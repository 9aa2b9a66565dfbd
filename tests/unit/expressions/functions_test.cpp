#include "expressions/function_docs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/expressions/evaluation.hpp"

using namespace millrace;
using test::trace;

namespace {

const SchemaPtr kTexts = std::make_shared<const Schema>(
    Schema{{{"a", TypeKind::String, true}, {"b", TypeKind::String, true}}});

std::vector<std::vector<Value>> texts() {
  const Value null{TypeKind::String, {}};
  return {{test::string_value("x y"), test::string_value(" ")},
          {null, test::string_value("a")},
          {test::string_value(""), null}};
}

}  // namespace

TEST_CASE("split_part finds parts of any place and length") {
  const std::vector<std::vector<Value>> rows{
      {test::string_value("https://www.nexmark.com/first/second//item.htm?query=1"), test::string_value("")}};
  const auto part = [&](const std::string& number) {
    return trace("split_part(a, '/', " + number + ")", kTexts, rows);
  };
  CHECK(part("1") == "https:");
  CHECK(part("4") == "first");
  CHECK(part("5") == "second");
  CHECK(part("6").empty());
  CHECK(part("7") == "item.htm?query=1");
  CHECK(part("8").empty());
  CHECK(part("-1") == "item.htm?query=1");
}

TEST_CASE("split keeps empty parts and gives NULL for NULL") {
  CHECK(trace("split(a, ' ')", kTexts, texts()) == "[x, y] null []");
  CHECK(trace("size(split(a, ' '))", kTexts, texts()) == "2 null 1");
}

TEST_CASE("a function of columns is NULL where an argument is") {
  CHECK(trace("concat(a, b)", kTexts, texts()) == "x y  null null");
  CHECK(trace("instr(a, b)", kTexts, texts()) == "2 null null");
}

TEST_CASE("a lambda names columns of the query around it") {
  CHECK(trace("transform(array(1, 2), i -> concat(i, a))", kTexts, texts()) ==
        "[1x y, 2x y] [null, null] [1, 2]");
}

TEST_CASE("a pattern that RE2 lacks says so") {
  CHECK(trace("rlike(a, '(?=x)')", kTexts, texts()).starts_with("INVALID_PARAMETER_VALUE.PATTERN"));
}

TEST_CASE("invalid UTF-8 and deep JSON are no crash") {
  const std::string deep(100000, '[');
  const std::vector<std::vector<Value>> rows{
      {test::string_value("\xF0\x9F"), test::string_value(deep)}};
  CHECK(trace("length(a)", kTexts, rows) == "1");
  CHECK(trace("get_json_object(b, '$[0]')", kTexts, rows) == "null");
}

TEST_CASE("array_join leaves NULLs out, shows them as a text, or is NULL itself") {
  CHECK(trace("array_join(array(a, b, 'z'), ',')", kTexts, texts()) == "x y, ,z a,z ,z");
  CHECK(trace("array_join(array(a, b, 'z'), ',', '-')", kTexts, texts()) == "x y, ,z -,a,z ,-,z");
  CHECK(trace("array_join(array('z'), ',', a)", kTexts, texts()) == "z null z");
}

TEST_CASE("a call is nullable without ANSI where bad values give NULL") {
  const auto nullable = [](const char* sql, bool ansi) {
    std::string failure;
    ExpressionSettings settings;
    settings.ansi = ansi;
    const BoundExpressionPtr bound = test::bind_text(sql, Schema{}, settings, failure);
    REQUIRE(bound != nullptr);
    return bound->nullable();
  };
  for (const char* sql : {"make_date(2024, 1, 1)", "to_date('2024', 'yyyy')",
                          "to_timestamp('2024', 'yyyy')", "unix_timestamp('2024', 'yyyy')",
                          "make_timestamp(2024, 1, 1, 0, 0, 0)"}) {
    INFO(sql);
    CHECK_FALSE(nullable(sql, true));
    CHECK(nullable(sql, false));
  }
  CHECK(nullable("ceil(1)", true));
  CHECK(nullable("right('a', 1)", true));
  CHECK_FALSE(nullable("rlike('a', 'b')", false));
}

TEST_CASE("every function says what it takes and gives") {
  for (const FunctionEntry* entry : FunctionRegistry::builtin().list()) {
    INFO(entry->name);
    CHECK_FALSE(entry->signature.empty());
    CHECK_FALSE(entry->summary.empty());
  }
  CHECK(functions_markdown(FunctionRegistry::builtin()).find("| `upper(text)` |") !=
        std::string::npos);
}
