#include "operators/aggregate.hpp"

#include "expressions/aggregates/distinct.hpp"
#include "operators/shared_states.hpp"
#include "tests/support/aggregates.hpp"
#include "tests/support/expressions.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const DataType kWindow =
    DataType::structure({{"start", TypeKind::Timestamp}, {"end", TypeKind::Timestamp}});
const SchemaPtr kRows =
    schema_of({{"w", kWindow}, {"s", TypeKind::String}, {"keep", TypeKind::Boolean}});
const SchemaPtr kNumbers = schema_of({{"w", kWindow},
                                      {"s", TypeKind::String},
                                      {"keep", TypeKind::Boolean},
                                      {"n", TypeKind::Long},
                                      {"m", TypeKind::Int}});

Cell window(double start, double end) { return Cell::list({sec(start), sec(end)}); }

/// count(DISTINCT column of kNumbers)
BoundAggregate count_distinct(int column) {
  const BoundExpressionPtr argument = column_of(kNumbers, column);
  return {make_count_distinct(aggregate("count", {argument}).function, {argument->type()}), {argument}, nullptr};
}

BoundAggregate filtered(BoundAggregate aggregate, BoundExpressionPtr filter) {
  aggregate.filter = std::move(filter);
  return aggregate;
}

OperatorHarness by_window(std::vector<BoundAggregate> aggregates, EmitPolicy policy,
                          OnError on_error = OnError::Fail, const SchemaPtr& rows = kRows) {
  std::vector<Field> output = {{"w", kWindow}};
  for (const BoundAggregate& one : aggregates) output.push_back({"a", one.function->result_type()});
  return OperatorHarness(rows, [=] {
    AggregateOptions options;
    options.keys = {column_of(kRows, 0)};
    options.aggregates = aggregates;
    options.output = schema_of(output);
    options.event_time_key = 0;
    options.policy = policy;
    options.on_error = on_error;
    return make_aggregate(std::move(options));
  });
}

constexpr EmitPolicy kAppend{OutputMode::Append, true};
constexpr EmitPolicy kUpdate{OutputMode::Update, true};

}  // namespace

TEST_CASE("aggregate applies a FILTER to the call that has it") {
  auto harness =
      by_window({aggregate("count", {}), filtered(aggregate("count", {}), column_of(kRows, 2)),
                 filtered(aggregate("max", {column_of(kRows, 1)}), column_of(kRows, 2))},
                kUpdate);
  harness.rows(
      {{window(0, 10), "a", true}, {window(0, 10), "z", false}, {window(0, 10), "b", nullptr}});
  harness.rows({{window(10, 20), "c", false}}).marker();

  CHECK(harness.run() == "{0,10},3,1,a {10,20},1,0,null |0");
}

TEST_CASE("aggregate counts the distinct values of each FILTER, also where they have one state") {
  const BoundExpressionPtr keep = column_of(kNumbers, 2);
  const std::vector<BoundAggregate> calls{filtered(count_distinct(3), keep), count_distinct(3),
                                          filtered(count_distinct(1), keep), count_distinct(4)};
  REQUIRE(state_owners(calls) == std::vector<std::size_t>{0, 0, 2, 3});
  auto harness = by_window(calls, kUpdate, OnError::Fail, kNumbers);
  harness.rows({{window(0, 10), "a", true, 7, 1},
                {window(0, 10), "b", false, 8, nullptr},
                {window(10, 20), "c", nullptr, 8, 2}});
  harness.marker();
  harness.rows({{window(0, 10), "b", true, 7, 3}, {window(0, 10), "a", true, 8, 3}}).marker();

  CHECK(harness.run() == "{0,10},1,2,1,1 {10,20},0,1,0,1 |0 {0,10},2,2,2,2 |1");
}

TEST_CASE("calls have one state where function and arguments are the same") {
  const std::vector<BoundAggregate> calls{
      count_distinct(3), aggregate("count", {column_of(kNumbers, 3)}), count_distinct(4),
      count_distinct(1), count_distinct(3),                         count_distinct(1),
      count_distinct(4)};
  CHECK(state_owners(calls) == std::vector<std::size_t>{0, 1, 2, 3, 0, 5, 2});
}

TEST_CASE("no more than thirty-two calls have one state") {
  std::vector<std::size_t> expected(32, 0);
  expected.insert(expected.end(), {32, 32});
  CHECK(state_owners(std::vector<BoundAggregate>(34, count_distinct(3))) == expected);
}

TEST_CASE("aggregate of growing states starts anew where a group was removed") {
  auto harness = by_window(
      {aggregate("collect_list", {column_of(kRows, 1)}), aggregate("count", {column_of(kRows, 1)})},
      kAppend);
  harness.rows(
      {{window(0, 10), "a", true}, {window(10, 20), "b", true}, {window(0, 10), "c", true}});
  harness.watermark(10).marker();
  harness.rows({{window(20, 30), "d", true}, {window(10, 20), "e", true}}).watermark(30).marker();

  CHECK(harness.run() == "{0,10},[a,c],2 w10 |0 {10,20},[b,e],2 {20,30},[d],1 w30 |1");
  CHECK(harness.counters().state_rows_removed.value() == 2);
}

TEST_CASE("aggregate judges a window by its end") {
  auto harness = by_window({aggregate("count", {})}, kAppend);
  harness.rows({{window(0, 10), "a", true}}).watermark(9.999).marker();
  harness.rows({{window(0, 10), "b", true}}).watermark(10).marker();
  harness.rows({{window(0, 10), "late", true}}).marker();

  CHECK(harness.run() == "w9.999 |0 {0,10},2 w10 |1 |2");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 1);
}

TEST_CASE("aggregate leaves a row out that fails, before any state changes") {
  auto harness =
      by_window({aggregate("count", {}), aggregate("max", {failing_where_null(kRows, 1)})}, kUpdate,
                OnError::Drop);
  harness.rows({{window(0, 10), nullptr, true}, {window(0, 10), "b", true}}).marker();

  CHECK(harness.run() == "{0,10},1,b |0");
  CHECK(harness.counters().errors.value() == 1);
}
