#include "tests/support/catch.hpp"
#include "topology/spark/spark_reports.hpp"

using namespace millrace;

TEST_CASE("a report of progress has Spark's line and the figures of it") {
  const auto report = spark::read_report(
      R"(progress {"batchId": 7, "batchDuration": 120, "numInputRows": 30, "processedRowsPerSecond": 2.5})");
  CHECK(report.progress_json.front() == '{');
  CHECK(report.progress.batch_id == 7);
  CHECK(report.progress.batch_duration_ms == 120);
  CHECK(report.progress.num_input_rows == 30);
  CHECK(report.progress.processed_rows_per_second == 2.5);
}

TEST_CASE("a report of a failure has its text") {
  CHECK(spark::read_report("failure \"no such\\nfolder\"").failure == "no such\nfolder");
}

TEST_CASE("a line of another form is an empty report") {
  for (const char* line : {"", "progress", "progress 5", "progress {\"batchId\":", "failure {}", "hello there",
                           "progress {\"batchId\": \"x\", \"numInputRows\": null}"}) {
    const auto report = spark::read_report(line);
    CHECK(report.failure.empty());
    CHECK(report.progress.batch_id == 0);
  }
}
