#include "topology/explain.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/planner.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

std::string explained(plan::NodePtr input, const std::string& mode, ExplainFormat format,
                      int parallelism = 1) {
  Settings settings;
  settings.parallelism = parallelism;
  const std::vector<plan::WriteStream> outputs{write(std::move(input), mode, "console", "screen")};
  const auto analysis = analyze(outputs, catalog_with_names(), settings);
  INFO(errors_of(analysis));
  REQUIRE(analysis.ok());
  const auto plan = plan_execution(analysis.plan, settings);
  REQUIRE(plan.ok());
  return explain(outputs, *plan, settings, format);
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("explain says that state without a watermark is unbounded and why") {
  const auto text = explained(group(table("ev"), {"k"}), "update", ExplainFormat::Tree);
  CHECK(contains(text, "state: UNBOUNDED: no grouping column has a watermark"));
  CHECK(contains(text, "emits: each touched group once, when an epoch ends"));
}

TEST_CASE("explain says when the watermark ends a group's state") {
  const auto text =
      explained(group(table("wm"), {"window(ts, '10 seconds')"}), "append", ExplainFormat::Tree);
  CHECK(contains(text, "a group stays until the watermark reaches its `window`"));
  CHECK(contains(text, "watermark delay 10 seconds"));
}

TEST_CASE("explain says what a group keeps besides") {
  const std::string grouped = " FROM wm GROUP BY window(ts, '10 seconds')";
  const auto text = [&](const std::string& query, const std::string& mode) {
    return explained(sql(query), mode, ExplainFormat::Tree);
  };
  CHECK(contains(text("SELECT collect_list(v) AS n" + grouped, "append"), "; it keeps every value"));
  CHECK(contains(text("SELECT median(v) AS n" + grouped, "append"),
                 "; it keeps every distinct value"));
  CHECK_FALSE(contains(text("SELECT max(v) AS n" + grouped, "append"), "it keeps"));
  CHECK(contains(text("SELECT count(DISTINCT v) AS n FROM wm", "complete"),
                 "UNBOUNDED: one group, which keeps every distinct value"));
}

TEST_CASE("explain shows each edge's partitioning and its keys") {
  const auto text = explained(group(table("ev"), {"k"}), "update", ExplainFormat::Tree, 3);
  CHECK(contains(text, "+- hash(k) <- ev: file"));
  CHECK(contains(text, "screen: console [update]"));
}

TEST_CASE("explain shows a node with two readers once") {
  const auto text = explained(unite(table("ev"), table("ev")), "append", ExplainFormat::Tree);
  CHECK(contains(text, "ev (see above)"));
}

TEST_CASE("explain writes JSON with nodes, edges and the logical plan") {
  const auto json = nlohmann::json::parse(
      explained(group(table("ev"), {"k"}), "complete", ExplainFormat::Json));
  CHECK(json["nodes"].size() == 3);
  CHECK(json["edges"].size() == 2);
  CHECK(json["nodes"][1]["state"] == "UNBOUNDED: complete mode keeps every group");
  CHECK(json["nodes"][2]["outputMode"] == "complete");
  CHECK(json["logical"].size() == 1);
}

TEST_CASE("explain escapes quotes in dot and mermaid") {
  const auto plan = where(table("ev"), "k = 'a\"b'");
  CHECK(contains(explained(plan, "append", ExplainFormat::Dot), "a\\\"b"));
  CHECK(contains(explained(plan, "append", ExplainFormat::Mermaid), "a#quot;b"));
}
