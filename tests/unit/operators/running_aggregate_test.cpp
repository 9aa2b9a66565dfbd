#include "operators/running_aggregate.hpp"

#include "tests/support/aggregates.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kPayments =
    schema_of({{"k", TypeKind::String}, {"v", TypeKind::Int}, {"t", TypeKind::Timestamp}});
constexpr bool kMicroBatch = true;
constexpr bool kContinuous = false;

BoundAggregate call(const char* name, int column = 1) {
  return aggregate(name, {column_of(kPayments, column)});
}

struct Over {
  std::vector<BoundAggregate> calls;
  bool has_key = true;
  int event_time = -1;
  bool at_marker = kMicroBatch;
};

OperatorHarness over(const Over& test) {
  RunningAggregateOptions options;
  if (test.has_key) options.keys = {column_of(kPayments, 0)};
  options.calls = test.calls;
  auto output = std::make_shared<Schema>(*kPayments);
  for (const BoundAggregate& one : test.calls)
    output->fields.push_back({"r", one.function->result_type(), true});
  options.output = output;
  options.event_time = test.event_time;
  options.policy = {OutputMode::Append, test.at_marker};
  return OperatorHarness(kPayments, [options] { return make_running_aggregate(options); });
}

}  // namespace

TEST_CASE("a running aggregate gives each row at once with the results so far of its key") {
  auto harness = over({{call("count"), call("sum")}});
  harness.rows({{"a", 5, sec(1)}, {"b", 1, sec(1)}, {"a", 2, sec(2)}});
  harness.rows({{"a", 3, sec(3)}}).marker();

  CHECK(harness.run() == "a,5,1,1,5 b,1,1,1,1 a,2,2,2,7 a,3,3,3,10 |0");
  CHECK(harness.counters().state_rows_total.value() == 2);
  CHECK(harness.counters().state_rows_updated.value() == 4);
}

TEST_CASE("a running aggregate counts rows without a value only where the function does") {
  auto harness = over({{call("count"), call("sum"), call("avg"), call("min"), call("max")}});
  harness.rows(
      {{"a", nullptr, sec(1)}, {"a", 4, sec(2)}, {"a", nullptr, sec(3)}, {"a", 2, sec(4)}});

  CHECK(harness.run() ==
        "a,null,1,0,null,null,null,null a,4,2,1,4,4,4,4 a,null,3,1,4,4,4,4 a,2,4,2,6,3,2,4");
}

TEST_CASE("a running aggregate computes any aggregate row by row") {
  auto harness = over({{call("collect_list"), call("stddev_samp"), call("max", 0)}});
  harness.rows({{"a", 1, sec(1)}, {"b", 9, sec(1)}, {"a", 3, sec(2)}});

  CHECK(harness.run() == "a,1,1,[1],null,a b,9,1,[9],null,b a,3,2,[1,3],1.41421,a");
}

TEST_CASE("a running aggregate with FILTER gives rows that do not pass the result so far") {
  const SchemaPtr schema = schema_of({{"v", TypeKind::Int}, {"passes", TypeKind::Boolean}});
  RunningAggregateOptions options;
  BoundAggregate sum = aggregate("sum", {column_of(schema, 0)});
  sum.filter = column_of(schema, 1);
  options.calls = {sum};
  options.output =
      schema_of({{"v", TypeKind::Int}, {"passes", TypeKind::Boolean}, {"r", TypeKind::Long}});
  OperatorHarness harness(schema, [options] { return make_running_aggregate(options); });
  harness.rows({{1, false}, {2, true}, {4, false}, {8, nullptr}, {16, true}});

  CHECK(harness.run() == "1,false,null 2,true,2 4,false,2 8,null,2 16,true,18");
}

TEST_CASE("a running aggregate without keys has one group") {
  auto harness = over({{call("count")}, false});
  harness.rows({{"a", 1, sec(1)}, {"b", 1, sec(1)}}).marker().rows({{nullptr, 1, sec(1)}});

  CHECK(harness.run() == "a,1,1,1 b,1,1,2 |0 null,1,1,3");
}

TEST_CASE("a running aggregate drops rows behind the watermark of the epoch before") {
  auto harness = over({{call("count")}, true, 2});
  harness.rows({{"a", 1, sec(9)}}).watermark(5).rows({{"a", 1, sec(4)}}).marker();
  harness.rows({{"a", 1, sec(5)}, {"a", 1, sec(6)}, {"a", 1, nullptr}}).marker();

  CHECK(harness.run() == "a,1,9,1 a,1,4,2 w5 |0 a,1,6,3 a,1,null,4 |1");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 1);
}

TEST_CASE("a running aggregate drops rows behind the watermark at once in continuous mode") {
  auto harness = over({{call("count")}, true, 2, kContinuous});
  harness.rows({{"a", 1, sec(9)}}).watermark(5).rows({{"a", 1, sec(4)}, {"a", 1, sec(6)}});

  CHECK(harness.run() == "a,1,9,1 w5 a,1,6,2");
}

TEST_CASE("a running sum that overflows fails the job under ANSI") {
  const SchemaPtr longs = schema_of({{"v", TypeKind::Long}});
  RunningAggregateOptions options;
  options.calls = {aggregate("sum", {column_of(longs, 0)})};
  options.output = schema_of({{"v", TypeKind::Long}, {"r", TypeKind::Long}});
  OperatorHarness harness(longs, [options] { return make_running_aggregate(options); });
  harness.rows({{std::int64_t{INT64_MAX}}}).rows({{1}});

  CHECK(harness.run() == "9223372036854775807,9223372036854775807");
  REQUIRE(harness.failures().size() == 1);
  CHECK(harness.failures()[0].error_class == "ARITHMETIC_OVERFLOW");
}
