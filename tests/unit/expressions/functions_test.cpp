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

TEST_CASE("date_format gives each time its own text, whatever row it stands behind") {
  const SchemaPtr schema =
      std::make_shared<const Schema>(Schema{{{"t", TypeKind::Timestamp, true}}});
  const auto instant = [](std::int64_t micros) { return Value{TypeKind::Timestamp, micros}; };
  constexpr std::int64_t kHour = 3'600'000'000;
  std::vector<std::vector<Value>> rows{{test::missing(TypeKind::Timestamp)}};
  // The clock of Berlin goes from 2:00 to 3:00 at 1711846800 s, and from 3:00 to 2:00 at 1729990800 s.
  for (const std::int64_t micros :
       {std::int64_t{-1}, std::int64_t{0}, kHour - 1, kHour, kHour + 1, std::int64_t{59'999'999},
        std::int64_t{60'000'000}, std::int64_t{1'711'846'799'999'999},
        std::int64_t{1'711'846'800'000'000}, std::int64_t{1'729'989'000'000'000},
        std::int64_t{1'729'992'600'000'000}, 24 * kHour, INT64_MIN, INT64_MAX})
    rows.push_back({instant(micros)});
  for (const char* pattern : {"yyyy-MM-dd", "HH", "h a", "HH:mm", "HH:mm:ss", "HH:mm:ss.SSSSSS",
                              "EEEE", "HH XXX", "G"}) {
    const std::string sql = "date_format(t, '" + std::string(pattern) + "')";
    ExpressionSettings settings;
    settings.time_zone = "Europe/Berlin";
    std::string one_by_one;
    for (const auto& row : rows)
      one_by_one += (one_by_one.empty() ? "" : " ") + trace(sql, schema, {row}, settings);
    CHECK(trace(sql, schema, rows, settings) == one_by_one);
  }
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
