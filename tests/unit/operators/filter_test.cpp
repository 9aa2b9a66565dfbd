#include "operators/filter.hpp"

#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kInput = schema_of({{"keep", TypeKind::Boolean}, {"id", TypeKind::Int}});

OperatorHarness filter() {
  return OperatorHarness(kInput, [] { return make_filter({column_of(kInput, 0), OnError::Fail}); });
}

}  // namespace

TEST_CASE("filter keeps rows whose condition is true, neither false nor NULL") {
  auto harness = filter();
  harness.rows({{true, 1}, {false, 2}, {nullptr, 3}, {true, 4}}).watermark(1).marker();

  CHECK(harness.run() == "true,1 true,4 w1 |0");
}

TEST_CASE("filter passes on no empty batch") {
  auto harness = filter();
  harness.rows({{false, 1}, {false, 2}}).marker();

  CHECK(harness.run() == "|0");
}
