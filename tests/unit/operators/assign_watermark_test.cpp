#include "operators/assign_watermark.hpp"

#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kTimes = schema_of({{"t", TypeKind::Timestamp}});

OperatorHarness watermark(double delay, bool at_marker, double idle_timeout = 0) {
  return OperatorHarness(kTimes, [=] {
    return make_assign_watermark({0, sec(delay), sec(idle_timeout), {OutputMode::Append, at_marker}});
  });
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
