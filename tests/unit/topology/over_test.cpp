#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/explain.hpp"
#include "topology/planner.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

std::string errors_of_sql(const std::string& text, const Settings& settings = {}) {
  return errors_of(analyzed(sql(text), "append", settings));
}

std::string explained(plan::NodePtr input, int parallelism = 1) {
  Settings settings;
  settings.parallelism = parallelism;
  const std::vector<plan::WriteStream> outputs{write(std::move(input), "append")};
  const auto analysis = analyze(outputs, catalog_with_names(), settings);
  INFO(errors_of(analysis));
  REQUIRE(analysis.ok());
  const auto plan = plan_execution(analysis.plan, settings);
  REQUIRE(plan.ok());
  return explain(outputs, *plan, settings, ExplainFormat::Tree);
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("OVER adds columns to a select list and keeps the names it was given") {
  CHECK(columns_of(select(table("ev"), {"k", "count(*) OVER (PARTITION BY k ORDER BY ts) AS n",
                                        "sum(v) OVER (PARTITION BY k ORDER BY ts) + 1 AS s"})) ==
        "k:string,n:bigint,s:bigint");
  CHECK(columns_of(sql("SELECT *, max(v) OVER (PARTITION BY k ORDER BY ts) AS m FROM ev")) ==
        "ts:timestamp,k:string,v:int,m:int");
}

TEST_CASE("OVER with equal keys and order is one step, with others a step more") {
  const auto one = explained(sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n, "
                                 "sum(v) OVER (PARTITION BY k ORDER BY ts) AS s FROM ev"));
  CHECK(contains(one, "over"));
  CHECK_FALSE(contains(one, "over_2"));
  const auto two = explained(sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n, "
                                 "sum(v) OVER (PARTITION BY v ORDER BY ts) AS s FROM ev"),
                             2);
  CHECK(contains(two, "hash(k)"));
  CHECK(contains(two, "hash(v)"));
}

TEST_CASE("explain says that running results of a key are kept for ever") {
  const auto text = explained(sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n FROM ev"));
  CHECK(contains(text, "emits: one row for each input row, at once"));
  CHECK(contains(text, "state: UNBOUNDED: the frame begins with the first row"));
}

TEST_CASE("OVER without an order, or in one that is no time, is refused") {
  CHECK(contains(errors_of_sql("SELECT count(*) OVER (PARTITION BY k) FROM ev"),
                 "over: without ORDER BY the frame is all rows of a key"));
  CHECK(contains(errors_of_sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts DESC) FROM ev"),
                 "'ORDER BY ts DESC"));
  CHECK(contains(errors_of_sql("SELECT count(*) OVER (ORDER BY k) FROM ev"), "'ORDER BY k"));
}

TEST_CASE("what cannot stand before OVER is refused in Spark's words") {
  CHECK(errors_of_sql("SELECT upper(k) OVER (PARTITION BY k ORDER BY ts) FROM ev") ==
        "[UNSUPPORTED_EXPR_FOR_WINDOW] Expression \"upper(k)\" not supported within a window "
        "function. SQLSTATE: 42P20");
  CHECK(contains(errors_of_sql("SELECT sum(count(*) OVER (ORDER BY ts)) OVER (ORDER BY ts) FROM ev"),
                 "It is not allowed to use a window function inside another window function"));
}

TEST_CASE("sparkStrict refuses OVER on a stream as Spark does") {
  Settings strict;
  strict.spark_strict = true;
  CHECK(contains(errors_of_sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n FROM ev",
                               strict),
                 "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] Window function is not supported in "
                 "COUNT("));
}
