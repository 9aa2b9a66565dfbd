#include <rapidcheck.h>

#include "records/value_text.hpp"
#include "records/row_encoding.hpp"
#include "tests/property/records_random_batch.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace millrace;

namespace {

std::string row_text(const RecordBatch& batch, std::uint32_t row) {
  std::string line;
  JsonStyle style;
  style.ignore_null_fields = false;
  append_json_row(line, batch, row, style);
  return line;
}

std::string encoded(const RowEncoding& encoding, const RecordBatch& batch, std::uint32_t row) {
  BatchColumns columns;
  columns.set(batch);
  std::string bytes(encoding.size(columns, row), '\0');
  RC_ASSERT(encoding.encode(bytes.data(), columns, row) == bytes.data() + bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("any row comes back from its bytes") {
  CHECK(rc::check("encode, copy, decode", [] {
    auto pool = RecordPool::create();
    const SchemaPtr schema = random_schema();
    const RecordBatch batch = random_batch(*pool, schema);
    const RowEncoding encoding(*schema);
    RecordBatch back = pool->make_batch(schema);
    for (std::uint32_t row = 0; row < batch.num_physical_rows(); ++row) {
      std::string bytes = encoded(encoding, batch, row);
      const std::string_view copy = encoding.copy(bytes, back.columns());
      RC_ASSERT(encoding.decode(copy.data(), back.columns()) == copy.data() + copy.size());
      bytes.assign(bytes.size(), '\x7f');
    }
    back.set_num_physical_rows(batch.num_physical_rows());
    for (std::uint32_t row = 0; row < batch.num_physical_rows(); ++row)
      RC_ASSERT(row_text(back, row) == row_text(batch, row));
  }));
}

TEST_CASE("rows go from one batch to another") {
  CHECK(rc::check("append", [] {
    auto pool = RecordPool::create();
    const SchemaPtr schema = random_schema();
    RecordBatch batch = random_batch(*pool, schema);
    const RowEncoding encoding(*schema);
    RecordBatch other = pool->make_batch(schema);
    BatchColumns columns;
    columns.set(batch);
    encoding.keep_texts(batch, other.columns());
    std::string expected;
    for (std::uint32_t row = 0; row < batch.num_physical_rows(); ++row) {
      encoding.append(columns, row, other.columns());
      expected += row_text(batch, row);
    }
    other.set_num_physical_rows(batch.num_physical_rows());
    batch.reset();
    std::string texts;
    for (std::uint32_t row = 0; row < other.num_physical_rows(); ++row) texts += row_text(other, row);
    RC_ASSERT(texts == expected);
  }));
}

TEST_CASE("a text lives as long as its column, also when the others are dropped") {
  auto pool = RecordPool::create();
  const auto schema = std::make_shared<const Schema>(
      Schema{{{"a", TypeKind::String, true}, {"b", TypeKind::Long, true}, {"c", TypeKind::String, true}}});
  const RowEncoding encoding(*schema);
  const std::string long_text(10'000, 'x');
  ColumnRef kept;
  {
    RecordBatch batch = pool->make_batch(schema), back = pool->make_batch(schema);
    batch.columns()[0]->append_null();
    batch.columns()[1]->append(std::int64_t{1});
    batch.columns()[2]->append_bytes(long_text);
    std::string bytes = encoded(encoding, batch, 0);
    back.columns()[0]->append_null();
    back.columns()[1]->append_null();
    back.columns()[2]->append_null();
    encoding.decode(encoding.copy(bytes, back.columns()).data(), back.columns());
    kept = back.column_ref(2);
  }
  for (int i = 0; i < 4; ++i) pool->make_column(TypeKind::String)->append_bytes(std::string(20'000, 'y'));
  CHECK(kept->at<std::string_view>(1) == long_text);
}
