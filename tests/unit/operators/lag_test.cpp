#include "operators/lag.hpp"

#include "expressions/binder.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kEvents =
    schema_of({{"k", TypeKind::String}, {"v", TypeKind::Int}, {"t", TypeKind::Timestamp}});

OperatorHarness lag(std::vector<LagCall> calls, int event_time = -1) {
  LagOptions options;
  options.keys = {column_of(kEvents, 0)};
  auto output = std::make_shared<Schema>(*kEvents);
  for (const LagCall& call : calls) output->fields.push_back({"r", call.value->type(), true});
  options.calls = std::move(calls);
  options.output = output;
  options.event_time = event_time;
  options.policy = {OutputMode::Append, true};
  return OperatorHarness(kEvents, [options] { return make_lag(options); });
}

}  // namespace

TEST_CASE("lag gives the value of the row before, of the same key") {
  auto harness = lag({{column_of(kEvents, 1), 1, nullptr}});
  harness.rows({{"a", 1, sec(1)}, {"b", 7, sec(1)}, {"a", 2, sec(2)}, {"a", nullptr, sec(3)}});
  harness.marker().rows({{"a", 4, sec(4)}});

  CHECK(harness.run() == "a,1,1,null b,7,1,null a,2,2,1 a,null,3,2 |0 a,4,4,null");
  CHECK(harness.counters().state_rows_total.value() == 2);
}

TEST_CASE("lag looks back as far as it is told, and gives another value to the first rows") {
  auto harness =
      lag({{column_of(kEvents, 1), 2, bound_literal(Value{TypeKind::Int, std::int64_t{-1}})},
           {column_of(kEvents, 0), 1, nullptr}});
  harness.rows({{"a", 1, sec(1)}, {"a", 2, sec(2)}, {"a", 3, sec(3)}, {"a", 4, sec(4)}});

  CHECK(harness.run() == "a,1,1,-1,null a,2,2,-1,a a,3,3,1,a a,4,4,2,a");
}

TEST_CASE("lag drops rows behind the watermark") {
  auto harness = lag({{column_of(kEvents, 1), 1, nullptr}}, 2);
  harness.rows({{"a", 1, sec(9)}}).watermark(5).marker();
  harness.rows({{"a", 2, sec(5)}, {"a", 3, sec(6)}});

  CHECK(harness.run() == "a,1,9,null w5 |0 a,3,6,1");
}

TEST_CASE("lag gives rows behind the watermark, as they came, to what reads late rows") {
  auto harness = lag({{column_of(kEvents, 1), 1, nullptr}}, 2).take_late().results_follow_batches();
  harness.rows({{"a", 1, sec(9)}}).watermark(5).marker();
  harness.rows({{"a", 2, sec(5)}, {"a", 3, sec(6)}});

  CHECK(harness.run() == "a,1,9,null w5 |0 late:a,2,5 a,3,6,1");
}
