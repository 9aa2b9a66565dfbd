#include "topology/progress_report.hpp"

#include "tests/support/catch.hpp"

namespace millrace {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

/// source 0 -> stateful operator 1 -> sink 2
ExecutionPlan small_plan(SourceSpec source = {{}, "FileStreamSource[file:/in]"},
                         SinkSpec sink = {{}, "NoopTable"}) {
  OperatorSpec grouping;
  grouping.stateful = true;
  grouping.state_name = "stateStoreSave";
  ExecutionPlan plan;
  plan.nodes.resize(3);
  for (int id = 0; id < 3; ++id) plan.nodes[static_cast<std::size_t>(id)].id = id;
  plan.nodes[0].spec = std::move(source);
  plan.nodes[1].spec = std::move(grouping);
  plan.nodes[2].spec = std::move(sink);
  return plan;
}

EpochSummary epoch_at(std::int64_t start, std::int64_t took, std::int64_t rows) {
  EpochSummary epoch;
  epoch.trigger_start = start;
  epoch.planned_at = epoch.reported_at = epoch.completed_at = start + took;
  epoch.reports.resize(3);
  for (int node = 0; node < 3; ++node) epoch.reports[static_cast<std::size_t>(node)].node = node;
  epoch.reports[0].num_records = epoch.reports[2].num_records = rows;
  epoch.reports[0].offset = "7";
  epoch.reports[1].state = StateReport{5, 2, 1, 3, 100};
  return epoch;
}

SkipTrigger skipped_at(std::int64_t start) {
  return {Epoch{4}, start, start + 2000, std::int64_t{9}, {{0, "7"}}};
}

}  // namespace

TEST_CASE("input rate is measured from the trigger before, an idle one too") {
  const ExecutionPlan plan = small_plan();
  ProgressReport report(plan, "i", "r");

  CHECK(report.next(epoch_at(0, kSecond, 10)).input_rows_per_second == 0.0);
  CHECK(report.next(epoch_at(2 * kSecond, kSecond, 10)).input_rows_per_second == 5.0);
  (void)report.idle(skipped_at(3 * kSecond));
  const QueryProgress last = report.next(epoch_at(4 * kSecond, 2 * kSecond, 10));
  CHECK(last.input_rows_per_second == 10.0);
  CHECK(last.processed_rows_per_second == 5.0);
}

TEST_CASE("idle triggers are told at first and then once an interval") {
  const ExecutionPlan plan = small_plan();
  ProgressReport report(plan, "i", "r", std::chrono::seconds(10));

  CHECK(report.idle(skipped_at(0)).has_value());
  CHECK_FALSE(report.idle(skipped_at(9 * kSecond)).has_value());
  CHECK(report.idle(skipped_at(10 * kSecond)).has_value());
  (void)report.next(epoch_at(15 * kSecond, 0, 1));
  CHECK_FALSE(report.idle(skipped_at(20 * kSecond)).has_value());
  CHECK(report.idle(skipped_at(25 * kSecond)).has_value());
}

TEST_CASE("an idle trigger shows the next number, no rows and the state as it was") {
  const ExecutionPlan plan = small_plan();
  ProgressReport report(plan, "i", "r", std::chrono::seconds(0));
  (void)report.next(epoch_at(0, 0, 1));

  const auto idle = report.idle(skipped_at(kSecond));

  REQUIRE(idle.has_value());
  CHECK(to_json(*idle) ==
        R"({"id":"i","runId":"r","name":null,"timestamp":"1970-01-01T00:00:01.000Z","batchId":4,)"
        R"("batchDuration":2,"numInputRows":0,"inputRowsPerSecond":0.0,"processedRowsPerSecond":0.0,)"
        R"("durationMs":{"latestOffset":2,"triggerExecution":2},)"
        R"("eventTime":{"watermark":"1970-01-01T00:00:00.000Z"},)"
        R"("stateOperators":[{"operatorName":"stateStoreSave","numRowsTotal":5,"numRowsUpdated":0,)"
        R"("allUpdatesTimeMs":0,"numRowsRemoved":1,"allRemovalsTimeMs":0,"commitTimeMs":0,)"
        R"("memoryUsedBytes":100,"numRowsDroppedByWatermark":0,"numShufflePartitions":1,)"
        R"("numStateStoreInstances":1,"customMetrics":{"stateOnCurrentVersionSizeBytes":100}}],)"
        R"("sources":[{"description":"FileStreamSource[file:/in]","startOffset":7,"endOffset":7,)"
        R"("latestOffset":null,"numInputRows":0,"inputRowsPerSecond":0.0,)"
        R"("processedRowsPerSecond":0.0}],"sink":{"description":"NoopTable","numOutputRows":-1}})");
}

TEST_CASE("a source shows where its epoch began and ended, how far it could go, and its metrics") {
  const ExecutionPlan plan = small_plan({{}, "KafkaV2", false, true});
  ProgressReport report(plan, "i", "r");
  EpochSummary epoch = epoch_at(0, kSecond, 3);
  epoch.reports[0].start_offset = "4";
  epoch.reports[0].latest_offset = "9";
  epoch.reports[0].metrics = {{"maxOffsetsBehindLatest", "2"}};

  const SourceProgress source = report.next(epoch).sources.front();

  CHECK(source.start_offset == "4");
  CHECK(source.end_offset == "7");
  CHECK(source.latest_offset == "9");
  CHECK(source.metrics.at("maxOffsetsBehindLatest") == "2");
}

TEST_CASE("only sources that say so show a latest offset, only sinks that count show rows") {
  const ExecutionPlan plan =
      small_plan({{}, "RateStreamV2", false, true}, {{}, "FileSink", OutputMode::Append, false});
  ProgressReport report(plan, "i", "r");

  const QueryProgress progress = report.next(epoch_at(0, 0, 3));

  CHECK(progress.sources.front().latest_offset == "7");
  CHECK(progress.sinks.front().num_output_rows == -1);
}

}  // namespace millrace
