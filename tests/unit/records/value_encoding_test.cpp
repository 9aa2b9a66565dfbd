#include "records/value_encoding.hpp"

#include "records/record_batch.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace millrace;

namespace {

constexpr std::uint32_t kRows = 7;

const DataType kPoint = DataType::structure(
    {{"x", TypeKind::Double}, {"of", DataType::structure({{"id", TypeKind::Int}})}});

/// Points of which row `null_row` lacks its id, if there is such a row.
ColumnRef points(RecordPool& pool, std::uint32_t null_row) {
  ColumnRef column = pool.make_column(kPoint);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    column->child(0)->append(row == 2 ? -0.0 : static_cast<double>(row));
    Column& of = *column->child(1);
    row == null_row ? of.child(0)->append_null() : of.child(0)->append(static_cast<std::int32_t>(row));
    of.append_struct();
    column->append_struct();
  }
  return column;
}

std::string one_by_one(const Column& column, Rows rows, ValueForm form) {
  std::string bytes;
  rows.for_each([&](std::uint32_t row) {
    std::string value(encoded_size(column, row), '\0');
    encode_value(value.data(), column, row, form);
    bytes += value;
  });
  return bytes;
}

}  // namespace

TEST_CASE("values are encoded together as one by one, with parts that are NULL and without") {
  auto pool = RecordPool::create();
  const std::uint32_t some[] = {1, 2, 5};
  for (const std::uint32_t null_row : {kRows, 0u, 2u, kRows - 1})
    for (const Rows rows : {Rows::all(kRows), Rows::listed(some, 3), Rows::all(0)})
      for (const ValueForm form : {ValueForm::Exact, ValueForm::Key}) {
        const ColumnRef column = points(*pool, null_row);
        std::string bytes(encoded_size(*column, rows), '\0');
        CHECK(encode_values(bytes.data(), *column, rows, form) == bytes.data() + bytes.size());
        CHECK(bytes == one_by_one(*column, rows, form));
      }
}

TEST_CASE("values are decoded together as one by one, behind those that are there") {
  auto pool = RecordPool::create();
  for (const std::uint32_t null_row : {kRows, 0u, 3u, kRows - 1}) {
    const ColumnRef column = points(*pool, null_row);
    const std::string bytes = one_by_one(*column, Rows::all(kRows), ValueForm::Exact);
    ColumnRef decoded = points(*pool, 1);
    CHECK(decode_values(bytes, *decoded) == kRows);
    REQUIRE(decoded->size() == 2 * kRows);
    decoded->append_null();

    std::string expected = one_by_one(*points(*pool, 1), Rows::all(kRows), ValueForm::Exact) + bytes;
    expected += '\0';
    CHECK(one_by_one(*decoded, Rows::all(2 * kRows + 1), ValueForm::Exact) == expected);
  }
}

TEST_CASE("texts are encoded and decoded together") {
  auto pool = RecordPool::create();
  ColumnRef column = pool->make_column(TypeKind::String);
  for (const char* text : {"a", "", "bcd"}) column->append_bytes(text);
  column->append_null();
  std::string bytes(encoded_size(*column, Rows::all(4)), '\0');
  encode_values(bytes.data(), *column, Rows::all(4), ValueForm::Exact);

  ColumnRef decoded = pool->make_column(TypeKind::String);
  CHECK(decode_values(bytes, *decoded) == 4);
  CHECK(one_by_one(*decoded, Rows::all(4), ValueForm::Exact) == bytes);
}
