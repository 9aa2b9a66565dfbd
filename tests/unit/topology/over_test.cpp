#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/explain.hpp"
#include "topology/planner.hpp"

#include <algorithm>

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
  const auto one =
      explained(sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n, "
                    "sum(v) OVER (PARTITION BY k ORDER BY ts) AS s FROM ev"));
  CHECK(contains(one, "emits: one row"));
  CHECK(one.find("emits: one row") == one.rfind("emits: one row"));
  const auto two = explained(sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n, "
                                 "sum(v) OVER (PARTITION BY v ORDER BY ts) AS s FROM ev"),
                             2);
  CHECK(contains(two, "hash(k)"));
  CHECK(contains(two, "hash(v)"));
}

TEST_CASE("explain says that running results of a key are kept for ever") {
  const auto text =
      explained(sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n FROM ev"));
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
  CHECK(
      contains(errors_of_sql("SELECT sum(count(*) OVER (ORDER BY ts)) OVER (ORDER BY ts) FROM ev"),
               "It is not allowed to use a window function inside another window function"));
}

TEST_CASE("sparkStrict refuses OVER on a stream as Spark does") {
  Settings strict;
  strict.spark_strict = true;
  CHECK(contains(
      errors_of_sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts) AS n FROM ev", strict),
      "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] Window function is not supported in "
      "COUNT("));
}

TEST_CASE("frames over one key and order are one step, whatever their length") {
  const auto text = explained(sql(
      "SELECT count(*) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING "
      "AND CURRENT ROW) AS h, sum(v) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '10' MINUTE "
      "PRECEDING) AS m FROM wm"));
  CHECK(contains(text, "state: a row stays until the watermark reaches its `ts` plus 1 hours"));
  CHECK(text.find("emits: one row") == text.rfind("emits: one row"));
}

TEST_CASE("OVER goes by the names of a WINDOW clause") {
  const std::string query =
      "SELECT k, count(*) OVER hour AS h, sum(v) OVER MINUTE AS m FROM wm WINDOW hour AS (PARTITION "
      "BY k ORDER BY ts RANGE INTERVAL 1 HOUR PRECEDING), minute AS (PARTITION BY k ORDER BY ts "
      "RANGE INTERVAL 1 MINUTE PRECEDING)";
  CHECK(columns_of(sql(query)) == "k:string,h:bigint,m:bigint");
  const auto text = explained(sql(query));
  CHECK(contains(text, "state: a row stays until the watermark reaches its `ts` plus 1 hours"));
  CHECK(text.find("emits: one row") == text.rfind("emits: one row"));
}

TEST_CASE("a window has a name in its own query only") {
  const std::string missing =
      "[MISSING_WINDOW_SPECIFICATION] Window specification is not defined in the WINDOW clause for "
      "`w`. SQLSTATE: 42P20";
  CHECK(errors_of_sql("SELECT count(*) OVER w FROM ev") == missing);
  CHECK(errors_of_sql("SELECT k, count(*) OVER w AS n FROM (SELECT k, ts, sum(v) OVER w AS s FROM "
                      "ev) WINDOW w AS (ORDER BY ts)") == missing);
}

TEST_CASE("window is a name where no clause begins") {
  CHECK(columns_of(sql("SELECT k window FROM ev")) == "window:string");
  CHECK(columns_of(sql("SELECT window.k FROM ev window WINDOW w AS (ORDER BY ts)")) == "k:string");
  CHECK(columns_of(sql("SELECT window.v FROM ev AS window")) == "v:int");
}

TEST_CASE("explain says why rows of a frame are kept for ever") {
  CHECK(
      contains(explained(sql("SELECT count(*) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '1' "
                             "HOUR PRECEDING) AS n FROM ev")),
               "state: UNBOUNDED: `ts` has no watermark"));
  CHECK(contains(
      explained(
          sql("SELECT avg(v) OVER (PARTITION BY k ORDER BY ts ROWS 9 PRECEDING) AS n FROM ev")),
      "state: UNBOUNDED: 10 rows of every key are kept"));
}

TEST_CASE("frames give the types of their functions") {
  CHECK(columns_of(
            select(table("ev"),
                   {"count(DISTINCT k) OVER (ORDER BY ts ROWS 3 PRECEDING) AS d",
                    "avg(v) OVER (ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS a",
                    "min(ts) OVER (ORDER BY ts ROWS 3 PRECEDING) AS m",
                    "sum(v) FILTER (WHERE v > 1) OVER (ORDER BY ts ROWS 3 PRECEDING) AS s",
                    "lag(k, 2) OVER (ORDER BY ts) AS l", "lead(v, 2, 0) OVER (ORDER BY ts) AS e",
                    "row_number() OVER (PARTITION BY k ORDER BY ts) AS rn"})) ==
        "d:bigint,a:double,m:timestamp,s:bigint,l:string,e:int,rn:int");
}

TEST_CASE("frames that need later rows, or that no row can be in, are refused") {
  const auto error_of = [](const std::string& call) {
    return errors_of_sql("SELECT " + call + " FROM ev");
  };
  CHECK(contains(error_of("sum(v) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)"),
                 "a frame on a stream begins before the current row and ends with it"));
  CHECK(contains(
      error_of("sum(v) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"),
      "a frame on a stream begins before the current row and ends with it"));
  CHECK(contains(error_of("sum(v) OVER (ORDER BY ts RANGE 5 PRECEDING)"),
                 "[DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE]"));
  CHECK(contains(error_of("sum(v) OVER (ORDER BY ts ROWS INTERVAL '1' DAY PRECEDING)"),
                 "[DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE]"));
  CHECK(contains(error_of("sum(v) OVER (ORDER BY ts ROWS v PRECEDING)"), "is not a literal"));
  CHECK(contains(error_of("min(k) OVER (ORDER BY ts ROWS 3 PRECEDING)"),
                 "no such function over a frame that moves: 'min(k)'"));
  CHECK(contains(error_of("lag(v, 0) OVER (ORDER BY ts)"),
                 "offset of lag() or lead() out of range: '0'"));
  CHECK(contains(error_of("lead(v, 1, v) OVER (ORDER BY ts)"), "is not constant: 'v'"));
}

TEST_CASE("row_number with a limit around it is the first rows of each key") {
  const std::string query =
      "SELECT * FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC) AS rn FROM "
      "ev) "
      "WHERE rn <= 3 AND v > 0";
  CHECK(errors_of(analyzed(sql(query), "update")) == "");
  CHECK(columns_of(sql(query)) == "k:string,v:int,rn:int");
  CHECK(contains(errors_of(analyzed(sql(query), "append")),
                 "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION]"));
}

TEST_CASE("row_number by another order than time is refused without a limit") {
  CHECK(contains(
      errors_of_sql("SELECT row_number() OVER (PARTITION BY k ORDER BY v DESC) AS rn FROM ev"),
      "over: rows are taken in the order of arrival"));
}

TEST_CASE("what limits the number of a row is read from either side of a comparison") {
  for (const char* condition :
       {"rn <= 2", "rn < 3", "2 >= rn", "3 > rn", "rn = 2", "v > 1 AND rn <= 2"}) {
    INFO(condition);
    const auto text =
        sql(std::string("SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER "
                        "BY v) AS rn FROM ev) WHERE ") +
            condition);
    const auto analysis = analyzed(text, "update");
    CHECK(errors_of(analysis) == "");
    Settings settings;
    const auto plan = plan_execution(analysis.plan, settings);
    REQUIRE(plan.ok());
    const bool keeps_two =
        std::any_of(plan->nodes.begin(), plan->nodes.end(), [](const auto& node) {
          return node.kind == "top_rows" && node.detail == "row_number() <= 2";
        });
    CHECK(keeps_two);
  }
}
