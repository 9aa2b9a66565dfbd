#include "operators/sliced_aggregate.hpp"

#include "operators/window_slices.hpp"
#include "tests/support/aggregates.hpp"
#include "tests/support/operator_harness.hpp"

#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace millrace;
using namespace millrace::test;

namespace {

const DataType kWindow =
    DataType::structure({{"start", TypeKind::Timestamp, true}, {"end", TypeKind::Timestamp, true}});
const SchemaPtr kRows = schema_of({{"k", TypeKind::String}, {"t", TypeKind::Timestamp}});
const SchemaPtr kCounts =
    schema_of({{"window", kWindow}, {"k", TypeKind::String}, {"count", TypeKind::Long, false}});

/// Counts rows of a key in windows of `size` seconds, one each `slide` seconds.
OperatorHarness counts(double size, double slide, bool at_marker = true) {
  return OperatorHarness(kRows, [=] {
    SlicedAggregateOptions options;
    options.aggregate.keys = {column_of(kCounts, 0), column_of(kRows, 0)};
    options.aggregate.aggregates = {aggregate("count", {})};
    options.aggregate.output = kCounts;
    options.aggregate.event_time_key = 0;
    options.aggregate.policy = {OutputMode::Append, at_marker};
    options.time = column_of(kRows, 1);
    options.size = sec(size);
    options.slide = sec(slide);
    return make_sliced_aggregate(std::move(options));
  });
}

}  // namespace

TEST_CASE("a row counts in each window that holds it") {
  auto harness = counts(10, 5);
  harness.rows({{"a", sec(7)}, {"a", sec(12)}, {"b", sec(7)}}).watermark(20).marker();

  CHECK(harness.run() == "{0,10},a,1 {0,10},b,1 {5,15},a,2 {5,15},b,1 {10,20},a,1 w20 |0");
  CHECK(harness.counters().state_rows_total.value() == 0);
}

TEST_CASE("windows whose size is no multiple of their slide are made of two slices a slide") {
  auto harness = counts(12, 5);
  harness.rows({{"a", sec(1)}, {"a", sec(3)}, {"a", sec(11)}}).watermark(30).marker();

  CHECK(harness.run() == "{-10,2},a,1 {-5,7},a,2 {0,12},a,3 {5,17},a,1 {10,22},a,1 w30 |0");
}

TEST_CASE("a window comes as soon as the watermark is at its end, later ones wait") {
  auto harness = counts(10, 5, false);
  harness.rows({{"a", sec(7)}}).watermark(9.999).watermark(10).watermark(14).watermark(15).marker();

  CHECK(harness.run() == "w9.999 {0,10},a,1 w10 w14 {5,15},a,1 w15 |0");
}

TEST_CASE("a row that comes after its slice was added to the next window still counts there") {
  auto harness = counts(10, 5, false);
  harness.rows({{"a", sec(7)}}).watermark(12).rows({{"b", sec(13)}}).rows({{"a", sec(8)}});
  harness.watermark(15).marker();

  CHECK(harness.run() == "{0,10},a,1 w12 {5,15},a,2 {5,15},b,1 w15 |0");
}

TEST_CASE("a window that gets its first row when a later one is being prepared is given before it") {
  auto harness = counts(10, 5, false);
  harness.rows({{"a", sec(9)}}).rows({{"a", sec(4)}}).watermark(20).marker();

  CHECK(harness.run() == "{-5,5},a,1 {0,10},a,2 {5,15},a,1 w20 |0");
}

TEST_CASE("a key is not among the results of a window that has no rows of it") {
  auto harness = counts(10, 10, false);
  harness.rows({{"a", sec(1)}, {"b", sec(1)}, {"b", sec(11)}}).watermark(20).marker();

  CHECK(harness.run() == "{0,10},a,1 {0,10},b,1 {10,20},b,1 w20 |0");
}

TEST_CASE("in micro-batches rows are judged by the watermark before the last marker") {
  auto harness = counts(10, 5);
  harness.rows({{"a", sec(7)}}).watermark(10).marker();
  harness.rows({{"a", sec(6)}, {"a", sec(4)}}).marker().watermark(15).marker();

  CHECK(harness.run() == "{0,10},a,1 w10 |0 |1 {5,15},a,2 w15 |2");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 2);
}

TEST_CASE("a window that the watermark passed without rows is not opened by a late one") {
  auto harness = counts(10, 5);
  harness.rows({{"a", sec(50)}}).watermark(10).marker().rows({{"a", sec(7)}}).watermark(15).marker();

  CHECK(harness.run() == "w10 |0 {5,15},a,1 w15 |1");
}

TEST_CASE("a row without a time lies in no window") {
  auto harness = counts(10, 5);
  harness.rows({{"a", nullptr}, {nullptr, sec(1)}}).watermark(10).marker();

  CHECK(harness.run() == "{-5,5},null,1 {0,10},null,1 w10 |0");
}

TEST_CASE("the end of a bounded input closes all windows") {
  auto harness = counts(10, 5);
  harness.rows({{"a", sec(7)}}).finish();

  CHECK(harness.run() == "{0,10},a,1 {5,15},a,1 end");
}

TEST_CASE("slices begin where windows begin and where they end") {
  const WindowSlices slices(12, 5, 1);

  CHECK(slices.slice_of(1) == 1);
  CHECK(slices.slice_of(2) == 1);
  CHECK(slices.slice_of(3) == 3);
  CHECK(slices.slice_of(5) == 3);
  CHECK(slices.slice_of(-1) == -2);
  CHECK(slices.first_window(1) == -9);
  CHECK(slices.last_window(5) == 1);
}

TEST_CASE("rows of the slice under way count once, whether it was added to the next window or not") {
  auto harness = counts(10, 5, false);
  harness.rows({{"a", sec(6)}, {"b", sec(6)}})
      .rows({{"a", sec(7)}})
      .watermark(7)
      .rows({{"a", sec(8)}, {"c", sec(8)}})
      .rows({{"a", sec(11)}, {"c", sec(9)}, {"b", sec(3)}});
  harness.watermark(15).rows({{"a", sec(13)}}).watermark(20).marker();

  CHECK(harness.run() ==
        "w7 {0,10},a,3 {0,10},b,2 {0,10},c,2 {5,15},a,4 {5,15},b,1 {5,15},c,2 w15 {10,20},a,2 w20 |0");
}

TEST_CASE("a key that was forgotten with its last slice begins anew") {
  auto harness = counts(10, 5, false);
  harness.rows({{"a", sec(7)}}).watermark(20).rows({{"a", sec(22)}}).watermark(40).marker();

  CHECK(harness.run() == "{0,10},a,1 {5,15},a,1 w20 {15,25},a,1 {20,30},a,1 w40 |0");
}

TEST_CASE("many keys, forgotten and seen again, count in each window that holds them") {
  auto harness = counts(10, 5, false);
  std::map<std::pair<int, std::string>, int> expected;
  std::mt19937 random(3);
  for (int second = 10; second < 60; ++second) {
    std::vector<Row> rows;
    for (int i = 0; i < 60; ++i) {
      const int time = second - static_cast<int>(random() % 4);
      const std::string key = std::to_string(10'000'000 + random() % 20 * 37 + second / 15 * 1000);
      rows.push_back({key, sec(time)});
      for (int start = time / 5 * 5; start > time - 10; start -= 5) ++expected[{start, key}];
    }
    harness.rows(std::move(rows)).watermark(second - 4);
  }
  harness.marker().finish();

  std::set<std::string> windows;
  for (const auto& [key, count] : expected)
    windows.insert("{" + std::to_string(key.first) + "," + std::to_string(key.first + 10) + "}," +
                   key.second + "," + std::to_string(count));
  std::set<std::string> given;
  std::istringstream trace(harness.run());
  for (std::string word; trace >> word;)
    if (word.front() == '{') CHECK(given.insert(word).second);
  CHECK(given == windows);
}
