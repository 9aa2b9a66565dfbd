#include "actors/epoch_reports.hpp"

#include "tests/support/catch.hpp"

namespace millrace {

namespace {

SubtaskReport report(int node, std::int64_t epoch) {
  SubtaskReport report;
  report.node = node;
  report.epoch = Epoch{epoch};
  return report;
}

}  // namespace

TEST_CASE("reports of an epoch are to be taken when the last subtask has reported") {
  EpochReports reports(2);

  CHECK_FALSE(reports.add(report(0, 7)));
  CHECK(reports.add(report(1, 7)));

  const auto taken = reports.take();
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].node == 0);
  CHECK(taken[1].node == 1);
  CHECK(reports.take().empty());
}

TEST_CASE("epochs that overlap are complete each for itself") {
  EpochReports reports(2);

  CHECK_FALSE(reports.add(report(0, 7)));
  CHECK_FALSE(reports.add(report(0, 8)));
  CHECK(reports.add(report(1, 7)));
  CHECK(reports.take().size() == 3);
  CHECK(reports.add(report(1, 8)));
}

TEST_CASE("what was taken early still counts towards its epoch") {
  EpochReports reports(2);

  CHECK_FALSE(reports.add(report(0, 7)));
  CHECK(reports.take().size() == 1);
  CHECK(reports.add(report(1, 7)));
}

}  // namespace millrace
