#include "tests/support/catch.hpp"
#include "tests/unit/expressions/evaluation.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kText = schema_of({{"s", TypeKind::String, true}});
const std::vector<std::vector<Value>> kTexts = {
    {string_value("12")}, {missing(TypeKind::String)}, {string_value("x")}, {string_value("1.5")}};

ExpressionSettings legacy() {
  ExpressionSettings settings;
  settings.ansi = false;
  return settings;
}

ExpressionSettings in_zone(const char* zone) {
  ExpressionSettings settings;
  settings.time_zone = zone;
  return settings;
}

}  // namespace

TEST_CASE("malformed text fails its row under ANSI and is NULL without") {
  CHECK(trace("CAST(s AS INT)", kText, kTexts) ==
        "12 null CAST_INVALID_INPUT CAST_INVALID_INPUT");
  CHECK(trace("CAST(s AS INT)", kText, kTexts, legacy()) == "12 null null 1");
  CHECK(trace("try_cast(s AS INT)", kText, kTexts) == "12 null null null");
}

TEST_CASE("the greatest whole numbers become decimals where there is room for their digits") {
  const SchemaPtr schema = schema_of({{"a", TypeKind::Long, true}});
  const std::vector<std::vector<Value>> rows = {
      {long_value(INT64_MIN)}, {missing(TypeKind::Long)}, {long_value(INT64_MAX)}, {long_value(7)}};

  CHECK(trace("CAST(a AS DECIMAL(19,0))", schema, rows) ==
        "-9223372036854775808 null 9223372036854775807 7");
  CHECK(trace("CAST(a AS DECIMAL(21,2))", schema, rows) ==
        "-9223372036854775808.00 null 9223372036854775807.00 7.00");
  CHECK(trace("CAST(a AS DECIMAL(18,0))", schema, rows) ==
        "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION null NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION 7");
}

TEST_CASE("numbers out of range") {
  const SchemaPtr schema = schema_of({{"a", TypeKind::Long, true}});
  const std::vector<std::vector<Value>> rows = {
      {long_value(7)}, {long_value(300)}, {missing(TypeKind::Long)}};

  CHECK(trace("CAST(a AS TINYINT)", schema, rows) == "7 CAST_OVERFLOW null");
  CHECK(trace("CAST(a AS TINYINT)", schema, rows, legacy()) == "7 44 null");
  CHECK(trace("CAST(a AS DECIMAL(4,2))", schema, rows) ==
        "7.00 NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION null");
}

TEST_CASE("times follow the session's zone") {
  CHECK(trace("CAST(TIMESTAMP'2024-07-01 00:30:00Z' AS DATE)", kText, {kTexts[0]},
              in_zone("America/New_York")) == "2024-06-30");
  CHECK(trace("CAST(CAST(DATE'2024-07-01' AS TIMESTAMP) AS BIGINT)", kText, {kTexts[0]},
              in_zone("+02:00")) == "1719784800");
}

TEST_CASE("an element that cannot be cast fails the row of its list") {
  CHECK(trace("CAST(array('1', s) AS ARRAY<INT>)", kText, kTexts) ==
        "[1, 12] [1, null] CAST_INVALID_INPUT CAST_INVALID_INPUT");
  CHECK(trace("CAST(map('k', s) AS MAP<STRING, INT>)", kText, kTexts, legacy()) ==
        "{k -> 12} {k -> null} {k -> null} {k -> 1}");
}

TEST_CASE("fields of a struct are cast by position") {
  CHECK(trace("CAST(named_struct('a', s, 'b', 1) AS STRUCT<x: INT, y: STRING>).y", kText,
              {kTexts[0], kTexts[1]}) == "1 1");
}

TEST_CASE("a time of day without a date belongs to the day of evaluation") {
  std::string failure;
  const ExpressionSettings settings;
  const auto bound = bind_text("CAST('10:11' AS TIMESTAMP)", Schema{}, settings, failure);
  auto pool = RecordPool::create();
  EvalContext context{*pool, std::int64_t{86'400'000'000} * 3, {}};
  RecordBatch batch = pool->make_batch_without_columns(std::make_shared<const Schema>());
  batch.set_num_physical_rows(1);

  REQUIRE(bound != nullptr);
  CHECK(evaluate_text(*bound, context, batch, batch.rows()) == "1970-01-04 10:11:00");
}
