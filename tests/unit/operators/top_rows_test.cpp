#include "operators/top_rows.hpp"

#include "tests/support/operator_harness.hpp"

#include <fmt/format.h>

#include <string>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kBids = schema_of({{"k", TypeKind::String}, {"v", TypeKind::Int}});

OperatorHarness top(std::int64_t count, SortDirection direction) {
  TopRowsOptions options;
  options.keys = {column_of(kBids, 0)};
  options.order = {{column_of(kBids, 1), direction}};
  options.count = count;
  options.output =
      schema_of({{"k", TypeKind::String}, {"v", TypeKind::Int}, {"rank", TypeKind::Int}});
  return OperatorHarness(kBids, [options] { return make_top_rows(options); });
}

constexpr SortDirection kGreatestFirst{false, false};

}  // namespace

TEST_CASE("the first rows of a key come with every place that changed") {
  auto harness = top(2, kGreatestFirst);
  harness.results_follow_batches();
  harness.rows({{"a", 5}}).rows({{"a", 7}}).rows({{"a", 6}}).rows({{"a", 1}}).marker();

  CHECK(harness.run() == "a,5,1 a,7,1 a,5,2 a,6,2 |0");
}

TEST_CASE("places that several rows of one batch changed come once, as they are at its end") {
  auto harness = top(3, kGreatestFirst);
  harness.results_follow_batches();
  harness.rows({{"a", 5}, {"b", 1}, {"a", 7}, {"a", 6}, {"a", 8}}).rows({{"a", 7}});

  CHECK(harness.run() == "a,8,1 a,7,2 a,6,3 b,1,1 a,7,3");
}

TEST_CASE("of equal rows the earlier one stands first") {
  auto harness = top(1, kGreatestFirst);
  harness.results_follow_batches();
  harness.rows({{"a", 5}}).rows({{"a", 5}}).rows({{"a", nullptr}});

  CHECK(harness.run() == "a,5,1");
}

TEST_CASE("NULL stands where the order puts it") {
  auto harness = top(1, {true, true});
  harness.results_follow_batches();
  harness.rows({{"a", 5}}).rows({{"a", nullptr}}).rows({{"a", 1}});

  CHECK(harness.run() == "a,5,1 a,null,1");
}

TEST_CASE("rows that push each other out of the places of a key, batch after batch") {
  auto harness = top(2, kGreatestFirst);
  harness.results_follow_batches();
  std::string expected;
  for (int v = 1; v <= 40; ++v) {
    harness.rows({{"a", v}}).marker();
    expected += (v == 1 ? "" : " ") + fmt::format("a,{},1", v) + (v == 1 ? "" : fmt::format(" a,{},2", v - 1)) +
                fmt::format(" |{}", v - 1);
  }

  CHECK(harness.run() == expected);
}

TEST_CASE("a key may have many places") {
  auto harness = top(30, kGreatestFirst);
  harness.results_follow_batches();
  std::string last;
  for (int v = 0; v < 50; ++v) harness.rows({{"a", v}}).marker();
  for (int place = 1; place <= 30; ++place) last += fmt::format("a,{},{} ", 50 - place, place);

  const std::string output = harness.run();
  CHECK(output.substr(output.find("|48 ") + 4) == last + "|49");
}
