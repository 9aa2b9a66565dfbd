#include <cmath>
#include <limits>

#include "expressions/filter.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/expressions/evaluation.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kNumbers =
    schema_of({{"a", TypeKind::Long, true}, {"b", TypeKind::Long, true}});
const std::vector<std::vector<Value>> kRows = {
    {long_value(6), long_value(2)},
    {missing(TypeKind::Long), long_value(0)},
    {long_value(7), long_value(0)},
    {long_value(std::numeric_limits<std::int64_t>::max()), long_value(1)},
};

ExpressionSettings legacy() {
  ExpressionSettings settings;
  settings.ansi = false;
  return settings;
}

/// `condition` as a filter over `n` rows of a = 0, 1, 2, ...; the selected rows.
std::vector<std::uint32_t> select_rows(const std::string& condition, std::uint32_t n,
                                       std::vector<std::uint32_t> selection = {}) {
  const SchemaPtr schema = schema_of({{"a", TypeKind::Long, true}});
  std::string failure;
  const auto bound = bind_text(condition, *schema, ExpressionSettings(), failure);
  REQUIRE(bound != nullptr);
  auto pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  RecordBatch batch = pool->make_batch(schema);
  for (std::uint32_t i = 0; i < n; ++i) batch.columns()[0]->append<std::int64_t>(i);
  batch.set_num_physical_rows(n);
  if (!selection.empty()) batch.start_selection() = selection;
  select(*bound, context, batch);
  REQUIRE(context.errors.empty());
  std::vector<std::uint32_t> rows;
  batch.rows().for_each([&](std::uint32_t row) { rows.push_back(row); });
  return rows;
}

}  // namespace

TEST_CASE("under ANSI only the rows that overflow or divide by zero fail") {
  CHECK(trace("a + b", kNumbers, kRows) == "8 null 7 ARITHMETIC_OVERFLOW");
  CHECK(trace("a / b", kNumbers, kRows) ==
        "3.0 null DIVIDE_BY_ZERO 9.223372036854776E18");
  CHECK(trace("a % b", kNumbers, kRows) == "0 null REMAINDER_BY_ZERO 0");
}

TEST_CASE("without ANSI integers wrap and a division by zero is NULL") {
  CHECK(trace("a + b", kNumbers, kRows, legacy()) == "8 null 7 -9223372036854775808");
  CHECK(trace("a div b", kNumbers, kRows, legacy()) == "3 null null 9223372036854775807");
}

TEST_CASE("try_add gives NULL where + would fail") {
  CHECK(trace("try_add(a, b)", kNumbers, kRows) == "8 null 7 null");
}

TEST_CASE("a constant operand may stand on either side") {
  CHECK(trace("a - 1", kNumbers, kRows) == "5 null 6 9223372036854775806");
  CHECK(trace("10 - b", kNumbers, kRows) == "8 10 10 9");
}

TEST_CASE("only selected rows are computed") {
  auto pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  std::string failure;
  const auto bound = bind_text("a + b", *kNumbers, ExpressionSettings(), failure);
  const RecordBatch batch = make_rows(*pool, kNumbers, kRows);
  const std::uint32_t rows[] = {0, 2};

  CHECK(evaluate_text(*bound, context, batch, Rows::listed(rows, 2)) == "8 7");
}

TEST_CASE("AND and OR know three values") {
  const SchemaPtr schema =
      schema_of({{"p", TypeKind::Boolean, true}, {"q", TypeKind::Boolean, true}});
  std::vector<std::vector<Value>> rows;
  for (const Value& p : {boolean_value(true), boolean_value(false), missing(TypeKind::Boolean)})
    for (const Value& q : {boolean_value(true), boolean_value(false), missing(TypeKind::Boolean)})
      rows.push_back({p, q});

  CHECK(trace("p AND q", schema, rows) ==
        "true false null false false false null false null");
  CHECK(trace("p OR q", schema, rows) == "true true true true false null true null null");
  CHECK(trace("NOT p", schema, rows) == "false false false true true true null null null");
}

TEST_CASE("the right side of AND and OR is not reached by rows that are decided") {
  CHECK(trace("b <> 0 AND a / b > 1", kNumbers, kRows) == "true false false true");
  CHECK(trace("b = 0 OR a / b > 1", kNumbers, kRows) == "true true true true");
}

TEST_CASE("branches are evaluated on their own rows only") {
  CHECK(trace("if(b = 0, -1, a div b)", kNumbers, kRows) == "3 -1 -1 9223372036854775807");
  CHECK(trace("coalesce(a, 1 div b)", kNumbers, kRows) ==
        "6 DIVIDE_BY_ZERO 7 9223372036854775807");
  CHECK(trace("CASE WHEN a > 6 THEN 'big' WHEN a IS NULL THEN 'none' END", kNumbers, kRows) ==
        "null none big big");
}

TEST_CASE("a branch may take all rows that the ones before it left") {
  CHECK(trace("CASE WHEN a > 100 THEN 'huge' WHEN a IS NULL THEN 'none' WHEN a > 0 THEN 'some' END",
              kNumbers, kRows) == "some none some huge");
}

TEST_CASE("a single row gives what it gives among others") {
  for (const char* text :
       {"if(b = 0, -1, a div b)", "if(a > 6, b, a)", "if(a > 6, NULL, 'small')", "if(b = 0, array(a, 1), array(b))",
        "CASE WHEN a > 6 THEN 'big' WHEN a IS NULL THEN 'none' END", "if(NULL, 1, 2) + a % 5"}) {
    INFO(text);
    std::string alone;
    for (const auto& row : kRows) alone += (alone.empty() ? "" : " ") + trace(text, kNumbers, {row});
    CHECK(alone == trace(text, kNumbers, kRows));
  }
}

TEST_CASE("branches may be arrays and structs") {
  CHECK(trace("if(b = 0, array(a, 1), array(b))", kNumbers, kRows) == "[2] [null, 1] [7, 1] [1]");
  CHECK(trace("if(b = 0, named_struct('x', a), named_struct('x', b))", kNumbers, kRows) == "{2} {null} {7} {1}");
}

TEST_CASE("NaN is equal to itself and the greatest number, -0.0 is 0.0") {
  const SchemaPtr schema =
      schema_of({{"x", TypeKind::Double, true}, {"y", TypeKind::Double, true}});
  const double nan = std::nan("");
  const std::vector<std::vector<Value>> rows = {
      {double_value(nan), double_value(nan)},
      {double_value(nan), double_value(INFINITY)},
      {double_value(-0.0), double_value(0.0)},
      {missing(TypeKind::Double), double_value(nan)},
  };

  CHECK(trace("x = y", schema, rows) == "true false true null");
  CHECK(trace("x > y", schema, rows) == "false true false null");
  CHECK(trace("x < y", schema, rows) == "false false false null");
  CHECK(trace("x <=> y", schema, rows) == "true false true false");
  CHECK(trace("x IN (0.0D, CAST('NaN' AS DOUBLE))", schema, rows) == "true true true null");
}

TEST_CASE("IN with many constants finds what IN with few finds") {
  std::string many = "a IN (6";
  for (int i = 100; i < 150; ++i) many += ", " + std::to_string(i);

  CHECK(trace("a IN (6, 8)", kNumbers, kRows) == "true null false false");
  CHECK(trace(many + ")", kNumbers, kRows) == "true null false false");
  CHECK(trace(many + ", NULL)", kNumbers, kRows) == "true null null null");
  CHECK(trace("a IN (b, 7)", kNumbers, kRows) == "false null true false");
}

TEST_CASE("strings are compared by their bytes") {
  const SchemaPtr schema = schema_of({{"s", TypeKind::String, true}});
  const std::vector<std::vector<Value>> rows = {
      {string_value("a")}, {missing(TypeKind::String)}, {string_value("\xC3\xA9")}};

  CHECK(trace("s > 'z'", schema, rows) == "false null true");
  CHECK(trace("s IN ('a', 'b')", schema, rows) == "true null false");
  CHECK(trace("coalesce(s, 'none')", schema, rows) == "a none \xC3\xA9");
}

TEST_CASE("a filter keeps the rows that are true") {
  CHECK(select_rows("a > 2", 5) == std::vector<std::uint32_t>{3, 4});
  CHECK(select_rows("nullif(a, 3) > 1", 5) == std::vector<std::uint32_t>{2, 4});
  CHECK(select_rows("true", 3) == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(select_rows("NULL", 3).empty());
}

TEST_CASE("a filter narrows the selection there is") {
  CHECK(select_rows("a > 2", 8, {1, 3, 5}) == std::vector<std::uint32_t>{3, 5});
  CHECK(select_rows("a > 1 AND a < 6 AND a % 2 = 1", 8) == std::vector<std::uint32_t>{3, 5});
}

TEST_CASE("a filter of more than a word of rows") {
  const auto rows = select_rows("nullif(a % 3, 1) = 0", 200);

  REQUIRE(rows.size() == 67);
  CHECK(rows.back() == 198);
}
