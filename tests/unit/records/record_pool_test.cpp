#include "records/record_batch.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("a pool gives a dropped column out again") {
  auto pool = RecordPool::create();
  Column* first = nullptr;
  {
    ColumnRef column = pool->make_column(TypeKind::Long);
    column->append<std::int64_t>(7);
    first = column.get();
  }

  ColumnRef again = pool->make_column(TypeKind::Int);

  CHECK(again.get() == first);
  CHECK(again->size() == 0);
}

TEST_CASE("a pool gives out first what came back last") {
  auto pool = RecordPool::create();
  {
    const ColumnRef one = pool->make_column(TypeKind::Long);
    const ColumnRef other = pool->make_column(TypeKind::Long);
  }
  ColumnRef used = pool->make_column(TypeKind::Long);
  Column* const last = used.get();
  used.reset();

  CHECK(pool->make_column(TypeKind::Long).get() == last);
}

TEST_CASE("a batch outlives the owner of its pool") {
  auto schema = std::make_shared<Schema>(Schema{{{"a", TypeKind::String, true}}});
  RecordBatch batch;
  {
    auto pool = RecordPool::create();
    batch = pool->make_batch(schema);
    batch.columns()[0]->append_bytes("kept");
    batch.set_num_physical_rows(1);
  }

  CHECK(batch.column(0).at<std::string_view>(0) == "kept");
}

TEST_CASE("a column keeps nulls apart from values in any order of writing") {
  auto pool = RecordPool::create();
  ColumnRef column = pool->make_column(TypeKind::Int);
  for (int i = 0; i < 200; ++i) {
    if (i % 3 == 0) column->append_null();
    else column->append<std::int32_t>(i);
  }

  bool right = true;
  for (int i = 0; i < 200; ++i)
    right = right && (i % 3 == 0 ? column->is_null(i) : column->at<std::int32_t>(i) == i);
  CHECK(right);
}
