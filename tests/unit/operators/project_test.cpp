#include "operators/project.hpp"

#include "operators/expand.hpp"
#include "operators/union.hpp"
#include "tests/support/expressions.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kInput = schema_of({{"a", TypeKind::Long}, {"b", TypeKind::String}});

OperatorHarness project(std::vector<BoundExpressionPtr> expressions,
                        OnError on_error = OnError::Fail) {
  std::vector<Field> output;
  for (const auto& expression : expressions) output.push_back({"c", expression->type()});
  return OperatorHarness(kInput, [=] {
    return make_project({expressions, schema_of(output), on_error});
  });
}

}  // namespace

TEST_CASE("project shares the columns that it passes on") {
  auto harness = project({column_of(kInput, 1), column_of(kInput, 0)});
  harness.rows({{1, "x"}, {nullptr, "y"}}).watermark(5).marker();

  CHECK(harness.run() == "x,1 y,null w5 |0");
}

TEST_CASE("project gives a column as often as it is asked for") {
  auto harness = project({column_of(kInput, 1), column_of(kInput, 0), column_of(kInput, 1)});
  harness.rows({{1, "x"}, {2, "y"}});

  CHECK(harness.run() == "x,1,x y,2,y");
}

TEST_CASE("project passes columns on beside a row that fails") {
  auto harness = project({column_of(kInput, 1), failing_where_null(kInput, 0)}, OnError::Drop);
  harness.rows({{1, "x"}, {nullptr, "y"}, {3, "z"}});

  CHECK(harness.run() == "x,1 z,3");
}

TEST_CASE("project repeats a constant for every row") {
  auto harness = project({constant_long(7), column_of(kInput, 1)});
  harness.rows({{1, "x"}, {2, "y"}});

  CHECK(harness.run() == "7,x 7,y");
}

TEST_CASE("project leaves out rows that fail when errors are dropped") {
  auto harness = project({failing_where_null(kInput, 0)}, OnError::Drop);
  harness.rows({{1, "x"}, {nullptr, "y"}, {3, "z"}});

  CHECK(harness.run() == "1 3");
  CHECK(harness.counters().errors.value() == 1);
  CHECK(harness.counters().dropped_records.value() == 1);
}

TEST_CASE("project fails the job at the first row that fails") {
  auto harness = project({failing_where_null(kInput, 0)}).results_follow_batches();
  harness.rows({{1, "x"}, {nullptr, "y"}, {nullptr, "z"}});

  CHECK(harness.run() == "");
  REQUIRE(harness.failures().size() == 1);
  CHECK(harness.failures()[0].message == "no value");
}

TEST_CASE("union passes on the rows of all inputs under the names of the first") {
  const SchemaPtr other = schema_of({{"x", TypeKind::Long}, {"y", TypeKind::String}});
  OperatorHarness harness({kInput, other}, [] { return make_union({kInput}); });
  harness.rows({{1, "x"}}, 0).rows({{2, "y"}}, 1).watermark(5).marker();

  CHECK(harness.run() == "1,x 2,y w5 |0");
}

TEST_CASE("expand gives every row once for each projection") {
  OperatorHarness harness(kInput, [] {
    return make_expand({{{column_of(kInput, 0)}, {constant_long(0)}},
                        schema_of({{"a", TypeKind::Long}}),
                        OnError::Fail});
  });
  harness.results_follow_batches().rows({{1, "x"}, {2, "y"}});

  CHECK(harness.run() == "1 2 0 0");
}
