#include "operators/aggregate.hpp"

#include "tests/support/aggregates.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kWords = schema_of({{"word", TypeKind::String}});
const SchemaPtr kCounts = schema_of({{"word", TypeKind::String}, {"count", TypeKind::Long, false}});

const EmitPolicy kMicroBatchUpdate{OutputMode::Update, true};
const EmitPolicy kContinuousUpdate{OutputMode::Update, false};
const EmitPolicy kMicroBatchComplete{OutputMode::Complete, true};

OperatorHarness word_count(EmitPolicy policy) {
  return OperatorHarness(kWords, [policy] {
    AggregateOptions options;
    options.keys = {column_of(kWords, 0)};
    options.aggregates = {aggregate("count", {})};
    options.output = kCounts;
    options.policy = policy;
    return make_aggregate(std::move(options));
  });
}

const SchemaPtr kTimes = schema_of({{"t", TypeKind::Timestamp}});
const SchemaPtr kTimeCounts =
    schema_of({{"t", TypeKind::Timestamp}, {"count", TypeKind::Long, false}});

OperatorHarness time_count(EmitPolicy policy) {
  return OperatorHarness(kTimes, [policy] {
    AggregateOptions options;
    options.keys = {column_of(kTimes, 0)};
    options.aggregates = {aggregate("count", {})};
    options.output = kTimeCounts;
    options.event_time_key = 0;
    options.policy = policy;
    return make_aggregate(std::move(options));
  });
}

OperatorHarness global_count(EmitPolicy policy) {
  return OperatorHarness(kWords, [policy] {
    AggregateOptions options;
    options.aggregates = {aggregate("count", {column_of(kWords, 0)})};
    options.output = schema_of({{"count", TypeKind::Long, false}});
    options.policy = policy;
    return make_aggregate(std::move(options));
  });
}

}  // namespace

TEST_CASE("aggregate gives each touched key once an epoch in update mode") {
  auto harness = word_count(kMicroBatchUpdate);
  harness.rows({{"a"}, {"b"}, {"a"}, {nullptr}}).marker().rows({{"b"}}).marker().marker();

  CHECK(harness.run() == "a,2 b,1 null,1 |0 b,2 |1 |2");
}

TEST_CASE("aggregate gives touched keys after each batch in continuous update mode") {
  auto harness = word_count(kContinuousUpdate).results_follow_batches();
  harness.rows({{"a"}, {"b"}, {"a"}}).rows({{"a"}}).marker();

  CHECK(harness.run() == "a,2 b,1 a,3 |0");
}

TEST_CASE("aggregate gives the whole table at each marker in complete mode") {
  auto harness = word_count(kMicroBatchComplete);
  harness.rows({{"a"}, {"b"}}).marker().marker().rows({{"a"}}).marker();

  CHECK(harness.run() == "a,1 b,1 |0 a,1 b,1 |1 a,2 b,1 |2");
}

TEST_CASE("aggregate in complete mode gives a table once in continuous mode until it changes") {
  auto harness = word_count({OutputMode::Complete, false});
  harness.rows({{"a"}, {"b"}}).marker().marker().rows({{"a"}}).marker();

  CHECK(harness.run() == "a,1 b,1 |0 |1 a,2 b,1 |2");
}

TEST_CASE("aggregate in append mode gives a group once the watermark is at its end") {
  auto harness = time_count({OutputMode::Append, true});
  harness.rows({{sec(10)}, {sec(20)}, {sec(10)}}).watermark(10).marker().marker();

  CHECK(harness.run() == "10,2 w10 |0 |1");
}

TEST_CASE("aggregate judges the rows of an epoch by the watermark before the last marker") {
  auto harness = time_count({OutputMode::Append, true});
  harness.rows({{sec(100)}}).watermark(90).marker();
  harness.rows({{sec(50)}}).marker().rows({{sec(50)}}).marker();

  CHECK(harness.run() == "w90 |0 |1 |2");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 2);
}

TEST_CASE("aggregate keeps a row that comes before the watermark is in force") {
  auto harness = time_count({OutputMode::Append, true});
  harness.rows({{sec(100)}}).marker();
  harness.rows({{sec(50)}}).watermark(90).marker();
  harness.rows({{sec(50)}}).marker();

  CHECK(harness.run() == "|0 50,1 w90 |1 |2");
}

TEST_CASE("aggregate counts late rows of one group once an epoch") {
  auto harness = time_count({OutputMode::Append, true});
  harness.rows({{sec(100)}}).watermark(90).marker();
  harness.rows({{sec(50)}, {sec(60)}, {sec(50)}, {sec(90)}, {sec(60)}}).marker();

  CHECK(harness.run() == "w90 |0 |1");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 3);
}

TEST_CASE("aggregate in update mode forgets what the watermark passed and says nothing of it") {
  auto harness = time_count({OutputMode::Update, true});
  harness.rows({{sec(10)}, {sec(30)}}).watermark(10).marker();
  harness.rows({{sec(10)}, {sec(30)}}).marker();

  CHECK(harness.run() == "10,1 30,1 w10 |0 30,2 |1");
  CHECK(harness.counters().state_rows_total.value() == 1);
}

TEST_CASE("aggregate in complete mode drops and forgets nothing") {
  auto harness = time_count({OutputMode::Complete, true});
  harness.rows({{sec(10)}}).watermark(20).marker().rows({{sec(10)}}).marker();

  CHECK(harness.run() == "10,1 w20 |0 10,2 |1");
}

TEST_CASE("aggregate in continuous append mode gives a group when the watermark passes") {
  auto harness = time_count({OutputMode::Append, false});
  harness.rows({{sec(10)}, {sec(20)}}).watermark(15).rows({{sec(12)}, {sec(16)}}).watermark(16);
  harness.marker();

  CHECK(harness.run() == "10,1 w15 16,1 w16 |0");
}

TEST_CASE("aggregate of no keys gives one row each epoch, even without input") {
  auto harness = global_count(kMicroBatchUpdate);
  harness.marker().rows({{"a"}, {nullptr}}).marker().marker();

  CHECK(harness.run() == "0 |0 1 |1 1 |2");
}

TEST_CASE("aggregate gives what is open when a bounded input ends") {
  auto harness = time_count({OutputMode::Append, true});
  harness.rows({{sec(10)}, {sec(20)}}).watermark(10).marker().finish();

  CHECK(harness.run() == "10,1 w10 |0 20,1 end");
}

TEST_CASE("aggregate gives a large table in several batches") {
  auto harness = word_count(kMicroBatchComplete);
  std::vector<Row> rows;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    rows.push_back({std::to_string(i)});
    expected += std::to_string(i) + ",1 ";
  }
  harness.rows(rows).marker();

  CHECK(harness.run() == expected + "|0");
}
