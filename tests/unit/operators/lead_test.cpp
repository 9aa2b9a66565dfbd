#include "operators/lead.hpp"

#include "expressions/binder.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kEvents = schema_of({{"k", TypeKind::String}, {"v", TypeKind::Int}});

OperatorHarness lead(std::vector<LagCall> calls) {
  LeadOptions options;
  options.keys = {column_of(kEvents, 0)};
  auto output = std::make_shared<Schema>(*kEvents);
  for (const LagCall& call : calls) output->fields.push_back({"r", call.value->type(), true});
  options.calls = std::move(calls);
  options.output = output;
  return OperatorHarness(kEvents, [options] { return make_lead(options); });
}

}  // namespace

TEST_CASE("lead gives a row when the next one of its key comes") {
  auto harness = lead({{column_of(kEvents, 1), 1, nullptr}});
  harness.rows({{"a", 1}, {"b", 7}, {"a", nullptr}}).marker().rows({{"a", 3}, {"b", 8}}).marker();

  CHECK(harness.run() == "a,1,null |0 a,null,3 b,7,8 |1");
}

TEST_CASE("rows that wait at the end of the input get the other value") {
  auto harness =
      lead({{column_of(kEvents, 1), 2, bound_literal(Value{TypeKind::Int, std::int64_t{-1}})},
            {column_of(kEvents, 1), 1, nullptr}});
  harness.rows({{"a", 1}, {"a", 2}, {"a", 3}, {"b", 9}}).finish();

  CHECK(harness.run() == "a,1,3,2 a,2,-1,3 a,3,-1,null b,9,-1,null end");
}
