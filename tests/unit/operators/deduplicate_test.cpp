#include "operators/deduplicate.hpp"

#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kEvents = schema_of({{"k", TypeKind::String}, {"t", TypeKind::Timestamp}});
constexpr bool kMicroBatch = true;
constexpr bool kContinuous = false;

OperatorHarness deduplicate(DeduplicateOptions options, bool at_marker = kMicroBatch) {
  options.policy = {OutputMode::Append, at_marker};
  for (int key : options.keys)
    options.key_types.push_back((*kEvents)[static_cast<std::size_t>(key)].type);
  return OperatorHarness(kEvents, [options] { return make_deduplicate(options); });
}

DeduplicateOptions by_key() {
  DeduplicateOptions options;
  options.keys = {0};
  return options;
}

DeduplicateOptions by_key_and_time() {
  DeduplicateOptions options;
  options.keys = {0, 1};
  options.event_time = 1;
  options.event_time_is_key = true;
  return options;
}

DeduplicateOptions within(double delay) {
  DeduplicateOptions options = by_key();
  options.event_time = 1;
  options.within_watermark = true;
  options.delay_micros = sec(delay);
  return options;
}

}  // namespace

TEST_CASE("deduplicate keeps the first row of each key, for ever") {
  auto harness = deduplicate(by_key());
  harness.rows({{"a", sec(1)}, {"b", sec(1)}, {"a", sec(2)}, {nullptr, sec(1)}, {nullptr, sec(2)}});
  harness.marker().rows({{"a", sec(3)}, {"c", sec(3)}}).marker();

  CHECK(harness.run() == "a,1 b,1 null,1 |0 c,3 |1");
  CHECK(harness.counters().state_rows_total.value() == 4);
  CHECK(harness.counters().state_rows_updated.value() == 1);
}

TEST_CASE("deduplicate with event time in the key forgets keys at the watermark") {
  auto harness = deduplicate(by_key_and_time());
  harness.rows({{"a", sec(1)}, {"a", sec(1)}, {"a", sec(9)}}).watermark(1).marker();
  harness.rows({{"a", sec(1)}, {"a", sec(9)}, {"b", sec(2)}}).marker();

  CHECK(harness.run() == "a,1 a,9 w1 |0 b,2 |1");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 1);
  CHECK(harness.counters().state_rows_total.value() == 2);
}

TEST_CASE("deduplicate without event time in the key drops late rows all the same") {
  DeduplicateOptions options = by_key();
  options.event_time = 1;
  auto harness = deduplicate(options);
  harness.rows({{"a", sec(20)}})
      .watermark(10)
      .marker()
      .rows({{"b", sec(10)}, {"c", sec(11)}})
      .marker();

  CHECK(harness.run() == "a,20 w10 |0 c,11 |1");
  CHECK(harness.counters().state_rows_total.value() == 2);
}

TEST_CASE("deduplicate gives late rows, as they came, to what reads late rows") {
  DeduplicateOptions options = by_key();
  options.event_time = 1;
  auto harness = deduplicate(options);
  harness.take_late().rows({{"a", sec(20)}}).watermark(10).marker();
  harness.rows({{"b", sec(10)}}).rows({{"c", sec(11)}}).marker();

  CHECK(harness.run() == "a,20 w10 |0 late:b,10 c,11 |1");
}

TEST_CASE("deduplicate within the watermark forgets a key when it is delay past its first row") {
  auto harness = deduplicate(within(10));
  harness.rows({{"a", sec(5)}}).watermark(10).marker();
  harness.rows({{"a", sec(11)}}).watermark(15).marker();
  harness.rows({{"a", sec(16)}}).marker();

  CHECK(harness.run() == "a,5 w10 |0 w15 |1 a,16 |2");
}

TEST_CASE("deduplicate does not forget in the middle of an epoch") {
  auto harness = deduplicate(within(10));
  harness.rows({{"a", sec(5)}}).watermark(15).rows({{"a", sec(16)}}).marker();

  CHECK(harness.run() == "a,5 w15 |0");
}

TEST_CASE("deduplicate in continuous mode forgets when the watermark comes") {
  auto harness = deduplicate(within(10), kContinuous);
  harness.rows({{"a", sec(5)}}).watermark(15).rows({{"a", sec(16)}}).marker();

  CHECK(harness.run() == "a,5 w15 a,16 |0");
}

TEST_CASE("deduplicate forgets many keys in steps") {
  auto harness = deduplicate(within(10));
  std::vector<Row> rows;
  for (int i = 0; i < 10000; ++i) rows.push_back({std::to_string(i), sec(1)});
  harness.rows(rows).watermark(11).marker();

  harness.run();

  CHECK(harness.counters().state_rows_total.value() == 0);
  CHECK(harness.counters().state_rows_removed.value() == 10000);
}
