#include "operators/sort.hpp"

#include "operators/limit.hpp"
#include "tests/support/operator_harness.hpp"

#include <limits>

using namespace millrace;
using namespace millrace::test;
using namespace std::string_literals;

namespace {

OperatorHarness sort(DataType type, SortDirection direction) {
  const SchemaPtr schema = schema_of({{"k", std::move(type)}, {"id", TypeKind::Int}});
  return OperatorHarness(schema, [=] {
    return make_sort({{{column_of(schema, 0), direction}}, schema, OnError::Fail});
  });
}

constexpr SortDirection kAscending{true, true};
constexpr SortDirection kDescending{false, false};
const double kNaN = std::numeric_limits<double>::quiet_NaN();

const SchemaPtr kIds = schema_of({{"id", TypeKind::Int}});

OperatorHarness limit(std::int64_t offset, std::int64_t count, OutputMode mode) {
  return OperatorHarness(kIds, [=] { return make_limit({offset, count, mode}); });
}

}  // namespace

TEST_CASE("sort gives the rows of an epoch in order, NULL first") {
  auto harness = sort(TypeKind::Long, kAscending);
  harness.rows({{3, 1}, {-1, 2}}).rows({{nullptr, 3}, {2, 4}, {-1, 5}}).watermark(7).marker();
  harness.rows({{1, 6}}).marker();

  CHECK(harness.run() == "null,3 -1,2 -1,5 2,4 3,1 w7 |0 1,6 |1");
}

TEST_CASE("sort in descending order puts NULL last and keeps the order of equal rows") {
  auto harness = sort(TypeKind::Long, kDescending);
  harness.rows({{1, 1}, {nullptr, 2}, {2, 3}, {1, 4}}).finish();

  CHECK(harness.run() == "2,3 1,1 1,4 null,2 end");
}

TEST_CASE("sort has NaN above every number") {
  auto harness = sort(TypeKind::Double, kAscending);
  harness.rows({{kNaN, 1}, {1e308, 2}, {-0.0, 3}, {0.0, 4}, {-1.5, 5}, {-1e300, 6}}).marker();

  CHECK(harness.run() == "-1e+300,6 -1.5,5 -0,3 0,4 1e+308,2 nan,1 |0");
}

TEST_CASE("sort compares strings by bytes, the shorter first") {
  auto harness = sort(TypeKind::String, kAscending);
  harness.rows({{"b", 1}, {"ab", 2}, {"a", 3}, {"", 4}, {std::string("a\0b", 3), 5}, {"ä", 6}})
      .marker();

  CHECK(harness.run() == ",4 a,3 a\0b,5 ab,2 b,1 ä,6 |0"s);
}

TEST_CASE("sort in descending order of strings puts the shorter last") {
  auto harness = sort(TypeKind::String, kDescending);
  harness.rows({{"a", 1}, {"ab", 2}, {"", 3}}).marker();

  CHECK(harness.run() == "ab,2 a,1 ,3 |0");
}

TEST_CASE("sort compares arrays element by element") {
  auto harness = sort(DataType::array(TypeKind::Int), kAscending);
  harness.rows({{Cell::list({2}), 1},
                {Cell::list({1, 5}), 2},
                {Cell::list({1}), 3},
                {Cell::list({1, nullptr}), 4},
                {Cell::list({}), 5}});
  harness.marker();

  CHECK(harness.run() == "[],5 [1],3 [1,null],4 [1,5],2 [2],1 |0");
}

TEST_CASE("sort gives a large result in several batches") {
  auto harness = sort(TypeKind::Long, kAscending);
  std::vector<Row> rows;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    rows.push_back({2999 - i, 0});
    expected += std::to_string(i) + ",0 ";
  }
  harness.rows(rows).marker();

  CHECK(harness.run() == expected + "|0");
}

TEST_CASE("limit in append mode counts over the whole stream") {
  auto harness = limit(0, 3, OutputMode::Append);
  harness.rows({{1}, {2}}).marker().rows({{3}, {4}}).marker();

  CHECK(harness.run() == "1 2 |0 3 |1");
}

TEST_CASE("limit in complete mode counts each output") {
  auto harness = limit(0, 2, OutputMode::Complete);
  harness.rows({{1}, {2}, {3}}).marker().rows({{4}, {5}, {6}}).marker();

  CHECK(harness.run() == "1 2 |0 4 5 |1");
}

TEST_CASE("offset passes over the first rows") {
  auto harness = limit(2, -1, OutputMode::Append);
  harness.rows({{1}}).rows({{2}, {3}, {4}}).marker();

  CHECK(harness.run() == "3 4 |0");
}

TEST_CASE("offset and limit together count rows after the offset") {
  auto harness = limit(1, 2, OutputMode::Complete);
  harness.rows({{1}, {2}, {3}, {4}}).marker().rows({{5}, {6}}).marker();

  CHECK(harness.run() == "2 3 |0 6 |1");
}
