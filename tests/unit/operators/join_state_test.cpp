#include "operators/join_state.hpp"

#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

constexpr std::size_t kRows = 10'000;
const SchemaPtr kNumbers = schema_of({{"n", TypeKind::Long, true}});

/// Keeps many rows of one key, each until a time of its own.
void add_rows(JoinState& state, std::string_view key) {
  const auto pool = RecordPool::create();
  const RecordBatch batch = batch_of(*pool, kNumbers, {{1}});
  BatchColumns row;
  row.set(batch);
  for (std::size_t i = 0; i < kRows; ++i)
    state.add(key, KeyEncoder::hash_of(key), row, 0, false, static_cast<std::int64_t>(i));
}

}  // namespace

TEST_CASE("the bytes of a join's state hold the order of each key and the times beside the rows") {
  JoinState state(*kNumbers);
  const std::size_t before = state.bytes_used() - state.table().bytes_used();
  add_rows(state, "one key");
  const std::size_t a_time = sizeof(std::int64_t) + sizeof(std::byte*);
  CHECK(state.bytes_used() - state.table().bytes_used() >=
        before + kRows * (sizeof(JoinState::KeptRow) + a_time));
}

TEST_CASE("the bytes of a join's state fall when its rows are given up") {
  JoinState state(*kNumbers);
  add_rows(state, "one key");
  const std::size_t full = state.bytes_used() - state.table().bytes_used();
  REQUIRE(state.give_up(kRows, 2 * kRows, [](const std::byte*) {}));
  CHECK(state.num_rows() == 0);
  CHECK(state.bytes_used() - state.table().bytes_used() < full / 10);
}
