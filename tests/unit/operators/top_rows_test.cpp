#include "operators/top_rows.hpp"

#include "tests/support/operator_harness.hpp"

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
