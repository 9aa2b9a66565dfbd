#include "metrics/progress.hpp"

#include "tests/support/catch.hpp"

namespace millrace {

TEST_CASE("progress has the fields of Spark in their order") {
  QueryProgress progress;
  progress.id = "i";
  progress.run_id = "r";
  progress.timestamp_micros = 1'500'000;
  progress.batch_id = 3;
  progress.batch_duration_ms = 12;
  progress.num_input_rows = 2;
  progress.processed_rows_per_second = 0.25;
  progress.duration_ms = {{"addBatch", 5}, {"triggerExecution", 12}};
  progress.event_time.watermark = 0;
  progress.state_operators = {{"stateStoreSave", 1, 2, 3, 4, 5, 6, 7, 8, 1, {{"m", 9}}}};
  progress.sources = {{"Rate", std::nullopt, "{\"a\":1}", "x y", 2, 0.0, 0.25, {{"lag", "0"}}}};
  progress.sinks = {{"Console", -1}};
  progress.observed_metrics = {{"o", "{\"c\":1}"}};

  CHECK(to_json(progress) ==
        R"({"id":"i","runId":"r","name":null,"timestamp":"1970-01-01T00:00:01.500Z","batchId":3,)"
        R"("batchDuration":12,"numInputRows":2,"inputRowsPerSecond":0.0,"processedRowsPerSecond":0.3,)"
        R"("durationMs":{"addBatch":5,"triggerExecution":12},)"
        R"("eventTime":{"watermark":"1970-01-01T00:00:00.000Z"},)"
        R"("stateOperators":[{"operatorName":"stateStoreSave","numRowsTotal":1,"numRowsUpdated":2,)"
        R"("allUpdatesTimeMs":3,"numRowsRemoved":4,"allRemovalsTimeMs":5,"commitTimeMs":6,)"
        R"("memoryUsedBytes":7,"numRowsDroppedByWatermark":8,"numShufflePartitions":1,)"
        R"("numStateStoreInstances":1,"customMetrics":{"m":9}}],)"
        R"("sources":[{"description":"Rate","startOffset":null,"endOffset":{"a":1},)"
        R"("latestOffset":"x y","numInputRows":2,"inputRowsPerSecond":0.0,)"
        R"("processedRowsPerSecond":0.3,"metrics":{"lag":"0"}}],)"
        R"("sink":{"description":"Console","numOutputRows":-1},"observedMetrics":{"o":{"c":1}}})");
}

TEST_CASE("numbers that are none are left out and text is escaped") {
  QueryProgress progress;
  progress.name = "a\"\n\x01";
  progress.input_rows_per_second = 1.0 / 0.0;
  const std::string json = to_json(progress);
  CHECK(json.find("inputRowsPerSecond") == std::string::npos);
  CHECK(json.find("durationMs") == std::string::npos);
  CHECK(json.find("eventTime") == std::string::npos);
  CHECK(json.find(R"("name":"a\"\n\u0001")") != std::string::npos);
}

}  // namespace millrace
