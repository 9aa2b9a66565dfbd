#include "topology/planner.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/planning/plan_text.hpp"

#include <algorithm>

using namespace millrace;
using namespace millrace::testing;

namespace {

ExecutionPlan planned(const std::vector<plan::WriteStream>& outputs, const Settings& settings = {}) {
  const auto analysis = analyze(outputs, catalog_with_names(), settings);
  INFO(errors_of(analysis));
  REQUIRE(analysis.ok());
  auto plan = plan_execution(analysis.plan, settings);
  REQUIRE(plan.ok());
  return std::move(*plan);
}

/// `kind*parallelism` of the nodes, then the edges with `-` forward, `#` hash, `~` rebalance.
std::string shape(const ExecutionPlan& plan) {
  std::string text;
  for (const auto& node : plan.nodes) {
    text += node.kind + "*" + std::to_string(node.parallelism) + " ";
  }
  for (const auto& edge : plan.edges) {
    const char mark = edge.partitioning == Partitioning::Forward ? '-'
                      : edge.partitioning == Partitioning::Hash  ? '#'
                                                                 : '~';
    text += "| " + std::to_string(edge.from) + mark + std::to_string(edge.to) + " ";
  }
  return text;
}

Settings with_parallelism(int parallelism) {
  Settings settings;
  settings.parallelism = parallelism;
  return settings;
}

const ExecutionNode& node_of_kind(const ExecutionPlan& plan, const std::string& kind) {
  for (const auto& node : plan.nodes) {
    if (node.kind == kind) return node;
  }
  FAIL("no node of kind " + kind);
  return plan.nodes.front();
}

}  // namespace

TEST_CASE("planner makes one node for each step and one for each sink") {
  const auto plan = planned({write(group(select(where(table("ev"), "v > 0"), {"k"}), {"k"}), "update")});
  CHECK(shape(plan) == "file*1 filter*1 project*1 aggregate*1 noop*1 "
                       "| 0-1 | 1-2 | 2-3 | 3-4 ");
}

TEST_CASE("planner names, for each count of distinct values, the call that keeps them") {
  const auto schema_of_calls = [](const std::vector<std::string>& calls) {
    const auto plan = planned({write(group(table("ev"), {"k"}, calls), "update")});
    return std::get<OperatorSpec>(node_of_kind(plan, "aggregate").spec).state_schema;
  };
  CHECK(schema_of_calls({"count(1) AS n", "count(DISTINCT v) AS a",
                         "count(DISTINCT v) FILTER (WHERE v > 1) AS b", "count(DISTINCT k) AS c"}) ==
        "string -> bigint:8 bigint:0 in 1 bigint:0 in 1 bigint:0");
}

TEST_CASE("calls of an aggregate with the same FILTER have one condition, unless it is random") {
  const auto filters_of = [](const std::string& filter) {
    const auto analysis = analyze(
        {write(group(table("ev"), {"k"},
                     {"count(1) FILTER (WHERE " + filter + ") AS a",
                      "sum(v) FILTER (WHERE " + filter + ") AS b"}),
               "update")},
        catalog_with_names(), {});
    REQUIRE(analysis.ok());
    const auto* step = analysis.plan.outputs.front().input.get();
    while (!std::holds_alternative<resolved::Aggregate>(step->kind)) step = step->inputs.at(0).get();
    const auto& calls = std::get<resolved::Aggregate>(step->kind).aggregates;
    return std::pair(calls.at(0).filter, calls.at(1).filter);
  };
  const auto same = filters_of("v > 1");
  CHECK(same.first == same.second);
  const auto random = filters_of("rand() > 0.5");
  CHECK(random.first != random.second);
}

TEST_CASE("planner leaves sliding windows of append mode to the aggregate, where late rows go nowhere") {
  const auto has_window = [](const std::vector<plan::WriteStream>& outputs) {
    const auto plan = planned(outputs);
    return std::any_of(plan.nodes.begin(), plan.nodes.end(),
                       [](const ExecutionNode& one) { return one.kind == "window"; });
  };
  const auto sliding = group(table("wm"), {"window(ts, '10 seconds', '2 seconds')", "k"});
  plan::WriteStream late = write(sliding, "append", "noop", "too_late");
  late.late_records = true;

  CHECK_FALSE(has_window({write(sliding, "append")}));
  CHECK(has_window({write(sliding, "update")}));
  CHECK(has_window({write(sliding, "append"), late}));
}

TEST_CASE("planner hashes rows to parallel aggregates and gathers their results at the sink") {
  const auto plan = planned({write(group(where(table("ev"), "v > 0"), {"k"}), "update")},
                            with_parallelism(3));
  CHECK(shape(plan) == "file*1 filter*1 aggregate*3 noop*1 | 0-1 | 1#2 | 2~3 ");
  REQUIRE(plan.edges[1].keys.size() == 1);
  CHECK(plan.edges[1].keys.front()->column_index() == 1);
}

TEST_CASE("planner keeps stateless nodes above an aggregate in its subtasks") {
  const auto plan = planned({write(where(group(table("ev"), {"k"}), "count > 1"), "update")},
                            with_parallelism(2));
  CHECK(shape(plan) == "file*1 aggregate*2 filter*2 noop*1 | 0#1 | 1-2 | 2~3 ");
}

TEST_CASE("planner runs what needs all rows in one subtask") {
  const auto counts = group(table("ev"), {"k"});
  const auto plan = planned({write(limit(order(counts, {"count DESC"}), 3), "complete")},
                            with_parallelism(2));
  CHECK(shape(plan) == "file*1 aggregate*2 sort*1 limit*1 noop*1 | 0#1 | 1~2 | 2-3 | 3-4 ");
  const auto total = planned({write(group(table("ev"), {}), "update")}, with_parallelism(2));
  CHECK(node_of_kind(total, "aggregate").parallelism == 1);
}

TEST_CASE("planner shares a step between two sinks") {
  const auto filtered = where(table("ev"), "v > 0");
  const auto plan = planned({write(filtered), write(filtered, "append", "console", "screen")});
  CHECK(shape(plan) == "file*1 filter*1 noop*1 console*1 | 0-1 | 1-2 | 1-3 ");
}

TEST_CASE("planner keeps state apart for sinks of different output modes") {
  const auto counts = group(table("ev"), {"k"});
  const auto plan =
      planned({write(counts, "update"), write(counts, "complete", "console", "screen")});
  CHECK(shape(plan) == "file*1 aggregate*1 noop*1 aggregate*1 console*1 | 0-1 | 1-2 | 0-3 | 3-4 ");
}

TEST_CASE("planner says when epochs without data are needed") {
  const auto windows = group(table("wm"), {"window(ts, '10 seconds')"});
  CHECK(planned({write(windows, "append")}).needs_no_data_epochs);
  CHECK_FALSE(planned({write(windows, "complete")}).needs_no_data_epochs);
  CHECK_FALSE(planned({write(group(table("ev"), {"k"}), "update")}).needs_no_data_epochs);
  CHECK_FALSE(planned({write(table("wm"))}).needs_no_data_epochs);
}

TEST_CASE("planner marks the edges that carry watermarks") {
  const auto plan = planned({write(where(table("wm"), "v > 0"))});
  CHECK(shape(plan) == "file*1 watermark*1 filter*1 noop*1 | 0-1 | 1-2 | 2-3 ");
  CHECK_FALSE(plan.edges[0].has_watermark);
  CHECK(plan.edges[1].has_watermark);
  CHECK(plan.edges[2].has_watermark);
  CHECK(std::get<OperatorSpec>(plan.nodes[1].spec).is_watermark);
}

TEST_CASE("planner gives a watermark that follows partitions one subtask and state") {
  plan::Node followed = *plan::make_node(plan::WithWatermark{"timestamp", "1 second", "1 minute"},
                                         {read("rate", "")});
  followed.options.set("partitionBy", "VALUE");
  const auto plan =
      planned({write(std::make_shared<plan::Node>(std::move(followed)))}, with_parallelism(3));
  CHECK(node_of_kind(plan, "watermark").parallelism == 1);
  const auto& spec = std::get<OperatorSpec>(node_of_kind(plan, "watermark").spec);
  CHECK(spec.stateful);
  CHECK(spec.state_schema == "bigint");
  CHECK_FALSE(std::get<OperatorSpec>(
                  node_of_kind(planned({write(table("wm"))}), "watermark").spec)
                  .stateful);
}

TEST_CASE("planner knows a bounded job by its sources") {
  CHECK(planned({write(select(table("static"), {"k"}))}).bounded);
  CHECK_FALSE(planned({write(select(table("ev"), {"k"}))}).bounded);
}

TEST_CASE("planner names nodes after the user's names and keeps names unique") {
  Catalog named = catalog_with_names();
  named.names["per_key"] = sql("SELECT k, count(*) + 1 AS n FROM ev GROUP BY k");
  const auto analysis =
      analyze({write(table("per_key"), "update", "console", "screen")}, named, Settings{});
  REQUIRE(errors_of(analysis) == "");
  const auto plan = plan_execution(analysis.plan, Settings{});
  REQUIRE(plan.ok());
  std::string names;
  for (const auto& node : plan->nodes) names += node.name + " ";
  CHECK(names == "ev per_key.aggregate per_key screen ");
}

TEST_CASE("planner refuses a parallelism out of range") {
  plan::Node node = *group(table("ev"), {"k"});
  node.options.set("parallelism", "0");
  const auto analysis =
      analyze({write(std::make_shared<const plan::Node>(node), "update")}, catalog_with_names(), {});
  REQUIRE(errors_of(analysis) == "");
  const auto plan = plan_execution(analysis.plan, Settings{});
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.error().message == "topology: parallelism out of range: '0'");
}
