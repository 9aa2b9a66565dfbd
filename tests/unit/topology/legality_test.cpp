#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

const std::string kNoWatermark =
    "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: append. This "
    "output mode is not supported for streaming aggregations without watermark on streaming "
    "DataFrames/DataSets. SQLSTATE: 42KDE";

}  // namespace

TEST_CASE("append mode needs a watermark among the grouping columns") {
  CHECK(errors_of(analyzed(group(table("ev"), {"k"}), "append")) == kNoWatermark);
  CHECK(errors_of(analyzed(group(table("wm"), {"k"}), "append")) == kNoWatermark);
  CHECK(errors_of(analyzed(group(table("wm"), {"ts"}), "append")) == "");
  CHECK(errors_of(analyzed(group(table("wm"), {"window(ts, '10 seconds')"}), "append")) == "");
}

TEST_CASE("a computed event time is no event time") {
  CHECK(errors_of(analyzed(group(table("wm"), {"ts + INTERVAL 1 SECOND"}), "append")) ==
        kNoWatermark);
}

TEST_CASE("a renamed event time stays one") {
  const auto renamed = select(table("wm"), {"ts AS t", "k"});
  CHECK(errors_of(analyzed(group(renamed, {"window(t, '1 minute')"}), "append")) == "");
}

TEST_CASE("update mode takes aggregates without watermark but not two in a row") {
  const auto counts = group(table("ev"), {"k"});
  CHECK(errors_of(analyzed(counts, "update")) == "");
  CHECK(errors_of(analyzed(group(counts, {"count"}), "update"))
            .find("Detected pattern of possible 'correctness' issue") == 0);
}

TEST_CASE("limits have no meaning in update mode") {
  CHECK(errors_of(analyzed(limit(group(table("ev"), {"k"}), 2), "update")) ==
        "Limits are not supported on streaming DataFrames/Datasets in Update output mode");
}

TEST_CASE("bounded plans may do what streams may not") {
  CHECK(errors_of(analyzed(order(select(table("static"), {"k"}), {"k"}), "append")) == "");
  CHECK(errors_of(analyzed(group(table("static"), {"k"}), "append")) == "");
}

TEST_CASE("a watermark may not be declared again downstream") {
  CHECK(errors_of(analyzed(watermark(table("wm"), "ts", "5 seconds")))
            .find("Redefining watermark is disallowed.") == 0);
}

TEST_CASE("sparkStrict brings the allow-list of continuous mode back") {
  Settings strict;
  strict.spark_strict = true;
  strict.trigger.kind = Trigger::Kind::Continuous;
  const auto rate = read("rate", "");
  CHECK(errors_of(analyzed(select(rate, {"value AS x"}), "append", strict)) == "");
  CHECK(errors_of(analyzed(limit(rate, 5), "append", strict)) ==
        "Continuous processing does not support LocalLimit operations.");
  strict.spark_strict = false;
  CHECK(errors_of(analyzed(limit(rate, 5), "append", strict)) == "");
}

TEST_CASE("every error of a plan says the way out") {
  const auto analysis = analyzed(order(group(table("ev"), {"k"}), {"k"}), "append");
  REQUIRE(analysis.errors.size() == 2);
  for (const auto& error : analysis.errors) CHECK_FALSE(error.fix.empty());
}

TEST_CASE("a watermark that follows partitions names columns and says when they are idle") {
  const auto errors = [](const std::string& idle_timeout, const std::string& columns) {
    plan::Node node =
        *plan::make_node(plan::WithWatermark{"ts", "1 second", idle_timeout}, {table("ev")});
    node.options.set("partitionBy", columns);
    return errors_of(analyzed(std::make_shared<plan::Node>(std::move(node))));
  };
  CHECK(errors("1 minute", "k, v") == "");
  CHECK(errors("", "k").find("a watermark with partitionBy needs an idleTimeout") != std::string::npos);
  CHECK(errors("0 seconds", "k").find("needs an idleTimeout") != std::string::npos);
  CHECK(errors("1 minute", "partition").find("Cannot resolve column name \"partition\"") !=
        std::string::npos);
}
