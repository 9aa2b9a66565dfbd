#include "operators/assign_watermark.hpp"

#include "tests/support/operator_harness.hpp"

#include <sstream>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kTimes = schema_of({{"t", TypeKind::Timestamp}});

OperatorHarness watermark(double delay, bool at_marker, double idle_timeout = 0) {
  return OperatorHarness(kTimes, [=] {
    return make_assign_watermark(
        {0, sec(delay), sec(idle_timeout), {}, {}, {OutputMode::Append, at_marker}});
  });
}

const SchemaPtr kTimesOfPartitions =
    schema_of({{"t", TypeKind::Timestamp}, {"topic", TypeKind::String}, {"partition", TypeKind::Int}});

/// Follows each partition; idle after 60 seconds, no delay.
OperatorHarness partitioned(bool at_marker) {
  return OperatorHarness(kTimesOfPartitions, [=] {
    return make_assign_watermark({0,
                                  0,
                                  sec(60),
                                  {1, 2},
                                  {TypeKind::String, TypeKind::Int},
                                  {OutputMode::Append, at_marker}});
  }).results_follow_batches();
}

/// What a run put out besides rows.
std::string without_rows(const std::string& text) {
  std::string kept;
  std::istringstream words(text);
  for (std::string word; words >> word;)
    if (word.find(',') == std::string::npos) kept += (kept.empty() ? "" : " ") + word;
  return kept;
}

}  // namespace

TEST_CASE("a watermark node gives a watermark behind the batch that raised it") {
  auto harness = watermark(10, false).results_follow_batches();
  harness.rows({{sec(15)}, {sec(30)}}).rows({{sec(20)}}).rows({{sec(31)}}).marker();

  CHECK(harness.run() == "15 30 w20 20 31 w21 |0");
}

TEST_CASE("a watermark is never below 0 and does not count NULL times") {
  auto harness = watermark(10, false).results_follow_batches();
  harness.rows({{sec(-5)}}).rows({{nullptr}}).rows({{sec(9)}}).rows({{sec(11)}});

  CHECK(harness.run() == "-5 null 9 11 w1");
}

TEST_CASE("a watermark node cuts event times to milliseconds") {
  auto harness = watermark(1, false).results_follow_batches();
  harness.rows({{sec(5.0019)}}).marker();

  CHECK(harness.run() == "5.0019 w4.001 |0");
}

TEST_CASE("a watermark node gives what was planned for the epoch at the marker") {
  auto harness = watermark(10, true);
  harness.plan_watermark(1, 20).plan_watermark(2, 20);
  harness.rows({{sec(30)}}).marker().rows({{sec(40)}}).marker().marker();

  CHECK(harness.run() == "30 |0 40 w20 |1 |2");
}

TEST_CASE("a watermark node reports the event times of each epoch") {
  auto harness = watermark(10, true);
  harness.rows({{sec(30)}, {nullptr}, {sec(20)}}).marker().rows({{sec(25)}}).marker().marker();

  harness.run();

  CHECK(harness.reports() ==
        std::vector<std::string>{"0:2,20,30,20", "1:1,25,25,20", "2:0,0,0,20"});
}

TEST_CASE("a watermark node without rows for its idle timeout is idle until the next row") {
  auto harness = watermark(10, false, 60).results_follow_batches();
  harness.rows({{sec(15)}}).wait(59).rows({{sec(16)}}).wait(59).wait(1).wait(300);
  harness.rows({{sec(12)}}).wait(60);

  CHECK(harness.run() == "15 w5 16 w6 idle active 12 idle");
}

TEST_CASE("a watermark node that never had a row is idle too") {
  auto harness = watermark(10, false, 60);
  harness.wait(60);

  CHECK(harness.run() == "idle");
}

TEST_CASE("in micro-batch mode a watermark node reports that it is idle") {
  auto harness = watermark(10, true, 60);
  harness.rows({{sec(15)}}).marker().wait(60).marker().rows({{sec(16)}}).marker();

  CHECK(harness.run() == "15 |0 |1 16 |2");
  CHECK(harness.reports() ==
        std::vector<std::string>{"0:1,15,15,5", "1:0,0,0,5 idle", "2:1,16,16,6"});
}

TEST_CASE("the slowest partition decides the watermark") {
  auto harness = partitioned(false);
  harness.rows({{sec(10), "a", 0}, {sec(5), "a", 1}, {sec(7), "b", 0}}).wait(60);
  harness.rows({{sec(100), "a", 0}, {sec(50), "a", 1}, {sec(20), "b", 0}});
  harness.rows({{sec(30), "b", 0}}).rows({{sec(90), "b", 0}}).rows({{sec(40), "a", 1}});

  CHECK(without_rows(harness.run()) == "w10 idle active w20 w30 w50");
}

TEST_CASE("there is no watermark before every partition had time to be heard") {
  auto harness = partitioned(false);
  harness.rows({{sec(10), "a", 0}}).wait(30).rows({{sec(20), "a", 0}}).wait(29);
  harness.rows({{sec(4), "a", 1}}).wait(1).rows({{sec(30), "a", 0}, {sec(6), "a", 1}});

  CHECK(without_rows(harness.run()) == "w4 w6");
}

TEST_CASE("an idle partition holds nobody back until its next row") {
  auto harness = partitioned(false);
  harness.rows({{sec(10), "a", 0}, {sec(1), "a", 1}}).wait(50).rows({{sec(20), "a", 0}});
  harness.wait(10).rows({{sec(25), "a", 0}, {sec(2), "a", 1}}).wait(30);
  harness.rows({{sec(90), "a", 0}, {sec(80), "a", 1}});

  CHECK(without_rows(harness.run()) == "w20 w80");
}

TEST_CASE("when every partition is idle the furthest decides") {
  auto harness = partitioned(false);
  harness.rows({{sec(10), "a", 0}}).wait(30).rows({{sec(1), "a", 1}}).wait(300);

  CHECK(without_rows(harness.run()) == "w1 w10 idle");
}

TEST_CASE("partitions that a checkpoint brings back hold the watermark where it was") {
  auto harness = partitioned(false);
  harness.rows({{sec(10), "a", 0}, {sec(8), "a", 1}}).wait(59);
  harness.rows({{sec(11), "a", 0}, {sec(9), "a", 1}}).wait(1).marker();
  harness.rows({{sec(30), "a", 0}, {sec(20), "a", 1}}).marker().rows({{sec(40), "a", 0}}).marker();
  harness.rows({{sec(25), "a", 1}});

  CHECK(without_rows(harness.run()) == "w9 |0 w20 |1 |2 w25");
}

TEST_CASE("in micro-batch mode the slowest partition of an epoch is reported") {
  auto harness = partitioned(true);
  harness.rows({{sec(10), "a", 0}, {sec(5), "a", 1}}).marker().rows({{sec(20), "a", 0}}).marker();
  harness.wait(60).marker();

  harness.run();

  CHECK(harness.reports() ==
        std::vector<std::string>{"0:2,5,10,5", "1:1,20,20,5", "2:0,0,0,20 idle"});
}

TEST_CASE("rows without an event time do not make a partition count") {
  auto harness = partitioned(true);
  harness.rows({{sec(10), "a", 0}, {nullptr, "a", 1}}).marker();

  harness.run();

  CHECK(harness.reports() == std::vector<std::string>{"0:1,10,10,10"});
}
