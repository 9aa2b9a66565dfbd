#include "records/schema_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/planner.hpp"

#include <algorithm>

using namespace millrace;
using namespace millrace::testing;

namespace {

const resolved::Join& join_of(const Analysis& analysis) {
  REQUIRE(errors_of(analysis) == "");
  return std::get<resolved::Join>(analysis.plan.outputs.front().input->kind);
}

std::string limit_text(const std::optional<JoinLimit>& limit) {
  if (!limit) return "none";
  return (limit->is_key ? "key " : "column ") + std::to_string(limit->column) + " " +
         std::to_string(limit->offset_micros / 1'000'000) + (limit->inclusive ? " inclusive" : "");
}

/// The limits of both sides of lw(lt, k, a) and rw(rt, rk, b).
std::string limits(const std::string& condition) {
  const Analysis analysis = analyzed(join(table("lw"), table("rw"), condition));
  const resolved::Join& both = join_of(analysis);
  return limit_text(both.left.limit) + ", " + limit_text(both.right.limit);
}

}  // namespace

TEST_CASE("a join has the left columns, then the right ones; USING comes once, in front") {
  CHECK(columns_of(join(table("l"), table("r"), "k = rk")) ==
        "lt:timestamp,k:string,a:int,rt:timestamp,rk:string,b:int");
  CHECK(columns_of(join_using(table("ev"), table("static"), {"K"})) ==
        "k:string,ts:timestamp,v:int,sv:int,st:timestamp");
  CHECK(columns_of(join(table("ev"), table("static"), "ev.k = static.k", "left_semi")) ==
        "ts:timestamp,k:string,v:int");
}

TEST_CASE("late rows of both sides of a join have the columns of both, any of them NULL") {
  const auto late_of = [](const plan::NodePtr& node) {
    plan::WriteStream late = write(node);
    late.late_records = true;
    return analyze({late}, catalog_with_names(), {});
  };
  const Analysis analysis = late_of(join(table("lw"), table("rw"), "k = rk AND rt >= lt"));
  REQUIRE(errors_of(analysis) == "");
  const Schema& late = *written_schema(*analysis.plan.outputs.front().input, true);
  CHECK(to_ddl(late) == "lt TIMESTAMP,k STRING,a INT,rt TIMESTAMP,rk STRING,b INT");
  CHECK(std::all_of(late.fields.begin(), late.fields.end(), [](const Field& field) { return field.nullable; }));
  CHECK(errors_of(late_of(join(table("l"), table("r"), "k = rk"))) ==
        "lateRecords: no row comes too late for operator ''");
}

TEST_CASE("equalities of both sides become keys, one side's terms stay with it") {
  const Analysis analysis =
      analyzed(join(table("l"), table("r"), "rk = k AND a <=> b AND a > 1 AND b < 2 AND a < b"));
  const resolved::Join& both = join_of(analysis);
  CHECK(both.left.keys.size() == 2);
  CHECK(both.null_safe == std::vector<bool>{false, true});
  CHECK(both.left.condition != nullptr);
  CHECK(both.right.condition != nullptr);
  CHECK(both.condition != nullptr);
}

TEST_CASE("keys of different types are compared in their common type") {
  const Analysis analysis = analyzed(join(table("l"), table("r"), "a = CAST(b AS BIGINT)"));
  CHECK(join_of(analysis).left.keys.front()->type().kind() == TypeKind::Long);
  CHECK(join_of(analysis).right.keys.front()->type().kind() == TypeKind::Long);
}

TEST_CASE("comparisons of times bound the state of both sides") {
  CHECK(limits("k = rk") == "none, none");
  CHECK(limits("k = rk AND rt BETWEEN lt AND lt + INTERVAL 5 SECONDS") ==
        "column 0 -5 inclusive, column 0 0 inclusive");
  CHECK(limits("k = rk AND lt > rt - INTERVAL 5 SECONDS") == "column 0 -5, none");
  CHECK(limits("k = rk AND rt < lt + INTERVAL 5 SECONDS AND rt < lt + INTERVAL 9 SECONDS") ==
        "column 0 -9, none");
  CHECK(limits("k = rk AND rt < lt + INTERVAL 1 MONTH") == "none, none");
  CHECK(limits("k = rk AND lt = rt") == "key 1 0, key 1 0");
}

TEST_CASE("a join says what is wrong with its columns") {
  CHECK(errors_of(analyzed(join_using(table("ev"), table("static"), {"x"}))) ==
        "[UNRESOLVED_USING_COLUMN_FOR_JOIN] USING column `x` cannot be resolved on the left side "
        "of the join. The left-side columns: [`ts`, `k`, `v`]. SQLSTATE: 42703\n"
        "[UNRESOLVED_USING_COLUMN_FOR_JOIN] USING column `x` cannot be resolved on the right side "
        "of the join. The right-side columns: [`k`, `sv`, `st`]. SQLSTATE: 42703");
  CHECK(errors_of(analyzed(join(table("l"), table("r"), "a + b"))) ==
        "[JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE] The join condition \"(a + b)\" has the invalid type "
        "\"INT\", expected \"BOOLEAN\". SQLSTATE: 42K0E");
}

TEST_CASE("a static side is a table of its own, read before the stream") {
  Settings settings;
  settings.parallelism = 3;
  const Analysis analysis =
      analyzed(join_using(table("ev"), table("static"), {"k"}, "left"), "append", settings);
  REQUIRE(analysis.ok());
  const auto plan = plan_execution(analysis.plan, settings);
  REQUIRE(plan.ok());
  int num_tables = 0;
  for (const ExecutionNode& node : plan->nodes) num_tables += node.is_table ? 1 : 0;
  CHECK(num_tables == 1);
  int num_first = 0;
  for (const ExecutionEdge& edge : plan->edges) num_first += edge.comes_first ? 1 : 0;
  CHECK(num_first == 1);
}

TEST_CASE("an aggregate of numbers takes text") {
  CHECK(columns_of(sql("SELECT sum(k) AS s, avg(v) AS a FROM ev")) == "s:double,a:double");
}

TEST_CASE("window_time carries the watermark of its window") {
  const auto hours = sql(
      "SELECT window(window_time(w), '1 hour').start AS start, count(*) AS n FROM (SELECT window AS "
      "w, count(*) AS c FROM wm GROUP BY window(ts, '1 minute')) GROUP BY window(window_time(w), '1 "
      "hour')");
  CHECK(errors_of(analyzed(hours)) == "");
}
