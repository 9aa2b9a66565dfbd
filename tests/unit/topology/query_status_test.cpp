#include "topology/query_status.hpp"

#include "tests/support/catch.hpp"

namespace millrace {
namespace {

QueryStatusReport report_of_one_source() {
  ExecutionPlan plan;
  plan.nodes.emplace_back().spec = SourceSpec{{}, "FileStreamSource[file:/in]"};
  return QueryStatusReport(plan);
}

/// `message [data] [active]`
std::string shown(const QueryStatusReport& report) {
  const QueryStatus& status = report.status();
  return status.message + (status.is_data_available ? " data" : "") +
         (status.is_trigger_active ? " active" : "");
}

std::string after(QueryStatusReport& report, const CoordinatorAction& action) {
  report.take(action);
  return shown(report);
}

StartEpoch epoch_up_to(const char* end) {
  StartEpoch start;
  start.ends = {end};
  return start;
}

}  // namespace

TEST_CASE("status of a micro-batch query follows its triggers in Spark's words") {
  QueryStatusReport report = report_of_one_source();

  CHECK(shown(report) == "Initializing sources");
  CHECK(after(report, AskLatestOffsets{}) ==
        "Getting offsets from FileStreamSource[file:/in] active");
  CHECK(after(report, epoch_up_to("1")) == "Processing new data data active");
  CHECK(after(report, WakeAt{}) == "Processing new data data active");
  CHECK(after(report, AcknowledgeEpoch{}) == "Waiting for next trigger data");
  CHECK(after(report, AskLatestOffsets{}) ==
        "Getting offsets from FileStreamSource[file:/in] active");
  CHECK(after(report, SkipTrigger{}) == "Waiting for data to arrive");
  CHECK(after(report, WakeAt{}) == "Waiting for data to arrive");
}

TEST_CASE("a query that plans its next epoch while one is under way is processing") {
  QueryStatusReport report = report_of_one_source();
  report.take(epoch_up_to("1"));

  CHECK(after(report, AskLatestOffsets{}) == "Processing new data data active");
  CHECK(after(report, epoch_up_to("2")) == "Processing new data data active");
  CHECK(after(report, AcknowledgeEpoch{}) == "Processing new data data active");
  CHECK(after(report, AcknowledgeEpoch{}) == "Processing new data data");
}

TEST_CASE("an epoch without data says that there is none") {
  QueryStatusReport report = report_of_one_source();
  report.take(epoch_up_to("1"));

  CHECK(after(report, epoch_up_to("1")) == "Processing new data active");
}

TEST_CASE("status of a continuous query counts its epochs") {
  QueryStatusReport report = report_of_one_source();
  report.take(InjectMarker{Epoch{3}});
  AcknowledgeEpoch done;
  done.summary.epoch = Epoch{3};

  CHECK(after(report, done) == "Committing epoch 3");
  CHECK(after(report, WakeAt{}) == "Committing epoch 3");
}

TEST_CASE("status of a query that ended says how") {
  QueryStatusReport report = report_of_one_source();
  report.take_end(std::nullopt);
  CHECK(to_json(report.status()) ==
        R"({"message":"Stopped","isDataAvailable":false,"isTriggerActive":false})");

  report.take_end(make_error(ErrorKind::Io, "disk full"));
  CHECK(shown(report) == "Terminated with exception: disk full");
}

}  // namespace millrace
