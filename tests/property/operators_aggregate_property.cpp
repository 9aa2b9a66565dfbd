#include "operators/aggregate.hpp"
#include "operators/assign_window.hpp"
#include "operators/window_slices.hpp"
#include "tests/support/aggregates.hpp"
#include "tests/support/operator_harness.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kTimes = schema_of({{"t", TypeKind::Timestamp}});
const DataType kWindow =
    DataType::structure({{"start", TypeKind::Timestamp}, {"end", TypeKind::Timestamp}});
const SchemaPtr kWindowed = schema_of({{"t", TypeKind::Timestamp}, {"window", kWindow}});

OperatorHarness windows(std::int64_t size, std::int64_t slide, std::int64_t start) {
  return OperatorHarness(kTimes, [=] {
    return make_assign_window({column_of(kTimes, 0), size * 1'000'000, slide * 1'000'000,
                               start * 1'000'000, kWindowed, OnError::Fail});
  });
}

/// Every window [start + n * slide, + size) that holds the time, found by trying, the latest first.
std::string windows_by_trying(std::int64_t time, std::int64_t size, std::int64_t slide,
                              std::int64_t start) {
  std::string text;
  for (std::int64_t n = 400; n >= -400; --n) {
    const std::int64_t begin = start + n * slide;
    if (begin > time || time >= begin + size) continue;
    text += (text.empty() ? "" : " ") + std::to_string(time) + ",{" + std::to_string(begin) + "," +
            std::to_string(begin + size) + "}";
  }
  return text;
}

const SchemaPtr kPairs = schema_of({{"k", TypeKind::String}, {"v", TypeKind::Int}});
const SchemaPtr kSums = schema_of({{"k", TypeKind::String}, {"sum", TypeKind::Long}});

OperatorHarness sum_by_key() {
  return OperatorHarness(kPairs, [] {
    AggregateOptions options;
    options.keys = {column_of(kPairs, 0)};
    options.aggregates = {aggregate("sum", {column_of(kPairs, 1)})};
    options.output = kSums;
    options.policy = {OutputMode::Update, true};
    return make_aggregate(std::move(options));
  });
}

}  // namespace

TEST_CASE("a row lies in the windows that a search finds") {
  CHECK(rc::check([] {
    const std::int64_t slide = *rc::gen::inRange<std::int64_t>(1, 20);
    const std::int64_t size = slide + *rc::gen::inRange<std::int64_t>(0, 40);
    const std::int64_t start = *rc::gen::inRange<std::int64_t>(-slide + 1, slide);
    const std::int64_t time = *rc::gen::inRange<std::int64_t>(-300, 300);

    auto harness = windows(size, slide, start);
    harness.rows({{time * 1'000'000}});

    RC_ASSERT(harness.run() == windows_by_trying(time, size, slide, start));
  }));
}

TEST_CASE("aggregate gives the sums of the keys touched in each epoch") {
  CHECK(rc::check([] {
    auto harness = sum_by_key();
    std::map<std::string, std::int64_t> sums;
    std::string expected;
    const auto epochs = *rc::gen::container<std::vector<std::vector<std::pair<int, int>>>>(
        rc::gen::container<std::vector<std::pair<int, int>>>(
            rc::gen::pair(rc::gen::inRange(0, 6), rc::gen::inRange(-9, 9))));
    for (std::size_t e = 0; e < epochs.size(); ++e) {
      std::vector<Row> rows;
      std::vector<std::string> touched;
      for (const auto& [k, v] : epochs[e]) {
        const std::string key = "k" + std::to_string(k);
        rows.push_back({key, v});
        sums[key] += v;
        if (std::find(touched.begin(), touched.end(), key) == touched.end()) touched.push_back(key);
      }
      harness.rows(rows).marker();
      for (const std::string& key : touched)
        expected += key + "," + std::to_string(sums[key]) + " ";
      expected += "|" + std::to_string(e) + (e + 1 == epochs.size() ? "" : " ");
    }

    RC_ASSERT(harness.run() == expected);
  }));
}

TEST_CASE("a slice lies in the windows of each of its times, and in no others") {
  CHECK(rc::check([] {
    const std::int64_t slide = *rc::gen::inRange<std::int64_t>(1, 20);
    const std::int64_t size = slide + *rc::gen::inRange<std::int64_t>(0, 40);
    const std::int64_t start = *rc::gen::inRange<std::int64_t>(-slide + 1, slide);
    const std::int64_t time = *rc::gen::inRange<std::int64_t>(-300, 300);
    const WindowSlices slices(size, slide, start);
    const std::int64_t slice = slices.slice_of(time);

    const std::string windows = windows_by_trying(time, size, slide, start);
    RC_ASSERT(slice <= time);
    RC_ASSERT(slices.slice_of(slice) == slice);
    RC_ASSERT(slices.first_window(slice) == slices.first_window(time));
    RC_ASSERT(slices.last_window(slice) == slices.last_window(time));
    RC_ASSERT((slices.last_window(time) - slices.first_window(time)) / slide + 1 ==
              std::count(windows.begin(), windows.end(), '{'));
  }));
}
