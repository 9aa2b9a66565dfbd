#include "operators/session_aggregate.hpp"

#include "operators/assign_session.hpp"
#include "tests/support/aggregates.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const DataType kSession =
    DataType::structure({{"start", TypeKind::Timestamp, true}, {"end", TypeKind::Timestamp, true}});
const SchemaPtr kRows = schema_of({{"k", TypeKind::String}, {"session", kSession}});
const SchemaPtr kCounts =
    schema_of({{"k", TypeKind::String}, {"session", kSession}, {"count", TypeKind::Long, false}});

/// Counts rows of a key by session.
OperatorHarness counts(OutputMode mode, bool at_marker = true) {
  return OperatorHarness(kRows, [=] {
    AggregateOptions options;
    options.keys = {column_of(kRows, 0), column_of(kRows, 1)};
    options.aggregates = {aggregate("count", {})};
    options.output = kCounts;
    options.event_time_key = 1;
    options.policy = {mode, at_marker};
    return make_session_aggregate(std::move(options), 1);
  });
}

Row row(const char* key, double start, double end) {
  return {key, Cell::list({sec(start), sec(end)})};
}

}  // namespace

TEST_CASE("rows that touch are one session, others are not") {
  auto harness = counts(OutputMode::Append);
  harness.rows({row("a", 5, 10), row("a", 10, 15), row("b", 12, 17), row("a", 20.001, 25)});
  harness.watermark(30).marker();
  CHECK(harness.run() == "a,{5,15},2 b,{12,17},1 a,{20.001,25},1 w30 |0");
  CHECK(harness.counters().state_rows_total.value() == 0);
}

TEST_CASE("a row between two sessions makes one of them") {
  auto harness = counts(OutputMode::Append);
  harness.rows({row("a", 10, 15), row("a", 18, 23)}).marker().rows({row("a", 14, 19)});
  harness.watermark(22).marker().watermark(23).marker();
  CHECK(harness.run() == "|0 w22 |1 a,{10,23},3 w23 |2");
}

TEST_CASE("a row before a session moves its start") {
  auto harness = counts(OutputMode::Append);
  harness.rows({row("a", 10, 15)}).rows({row("a", 7, 12)}).rows({row("a", 11, 16)});
  CHECK(harness.watermark(16).marker().run() == "a,{7,16},3 w16 |0");
}

TEST_CASE("a long gap early holds short ones that come later") {
  auto harness = counts(OutputMode::Append);
  harness.rows({row("a", 10, 40), row("a", 20, 25), row("a", 39, 44), row("a", 45, 50)});
  CHECK(harness.watermark(60).marker().run() == "a,{10,44},3 a,{45,50},1 w60 |0");
}

TEST_CASE("a row is late by the end of its own session") {
  auto harness = counts(OutputMode::Append);
  harness.watermark(15).marker().rows({row("a", 14, 19), row("a", 10, 15)});
  CHECK(harness.watermark(20).marker().run() == "w15 |0 a,{14,19},1 w20 |1");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 1);
}

TEST_CASE("complete mode gives all sessions at each marker, and still drops late rows") {
  auto harness = counts(OutputMode::Complete);
  harness.rows({row("a", 10, 15), row("a", 18, 23)}).marker();
  harness.rows({row("a", 14, 19)}).watermark(100).marker().rows({row("a", 1, 6)}).marker();
  CHECK(harness.run() ==
        "a,{10,15},1 a,{18,23},1 |0 a,{10,23},3 w100 |1 a,{10,23},3 |2");
}

TEST_CASE("in continuous mode a session comes out when the watermark reaches its end") {
  auto harness = counts(OutputMode::Append, false);
  harness.rows({row("a", 1, 6)}).watermark(3).rows({row("a", 4, 9)}).watermark(9).marker();
  CHECK(harness.run() == "w3 a,{1,9},2 w9 |0");
}

TEST_CASE("rows without a session are dropped before they are counted") {
  const SchemaPtr times =
      schema_of({{"start", TypeKind::Timestamp}, {"end", TypeKind::Timestamp}});
  const SchemaPtr output = schema_of(
      {{"start", TypeKind::Timestamp}, {"end", TypeKind::Timestamp}, {"session", kSession}});
  OperatorHarness harness(times, [=] {
    return make_assign_session({column_of(times, 0), column_of(times, 1), output});
  });
  harness.rows({{sec(1), sec(6)}, {sec(1), sec(1)}, {nullptr, sec(2)}, {sec(3), nullptr}});
  CHECK(harness.marker().run() == "1,6,{1,6} |0");
}

TEST_CASE("rows whose session has ended go to what reads late rows") {
  auto harness = counts(OutputMode::Append);
  harness.take_late().rows({row("a", 10, 15)}).watermark(20).marker();
  harness.rows({row("a", 12, 17), row("b", 18, 23)}).watermark(23).marker();
  CHECK(harness.run() == "a,{10,15},1 w20 |0 late:a,{12,17} b,{18,23},1 w23 |1");
}
