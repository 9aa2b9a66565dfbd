#include <rapidcheck.h>

#include "records/arrow_c.hpp"
#include "records/decimal.hpp"
#include "records/formats/format.hpp"
#include "records/number_text.hpp"
#include "records/schema_text.hpp"
#include "records/time_text.hpp"
#include "records/value_text.hpp"
#include "tests/property/records_random_batch.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

std::string lines_of(const RecordBatch& batch) {
  std::string lines;
  JsonStyle style;
  style.ignore_null_fields = false;
  batch.rows().for_each([&](std::uint32_t row) {
    append_json_row(lines, batch, row, style);
    lines += '\n';
  });
  return lines;
}

void select_some(RecordBatch& batch) {
  if (!*rc::gen::arbitrary<bool>()) return;
  auto& selection = batch.start_selection();
  selection.clear();
  for (std::uint32_t row = 0; row < batch.num_physical_rows(); ++row)
    if (*rc::gen::arbitrary<bool>()) selection.push_back(row);
}

/// Bytes with the padding that decoders may read.
std::string padded(std::string text) { return text.append(kDecodePadding, '\0'); }

}  // namespace

TEST_CASE("any batch comes back from Arrow's layout") {
  CHECK(rc::check("export, import", [] {
    auto pool = RecordPool::create();
    const SchemaPtr schema = random_schema();
    RecordBatch batch = random_batch(*pool, schema);
    select_some(batch);
    ArrowSchema arrow_schema;
    ArrowArray array;
    export_schema(*schema, arrow_schema);
    RC_ASSERT(export_batch(batch, array).ok());

    Result<Schema> imported = import_schema(arrow_schema);
    RC_ASSERT(imported.ok());
    RC_ASSERT(to_ddl(*imported) == to_ddl(*schema));
    auto back = import_batch(array, std::make_shared<const Schema>(*imported), *pool);
    RC_ASSERT(back.ok());
    RC_ASSERT(lines_of(*back) == lines_of(batch));
    arrow_schema.release(&arrow_schema);
    array.release(&array);
    RC_ASSERT(array.release == nullptr);
  }));
}

TEST_CASE("any batch comes back from JSON lines") {
  CHECK(rc::check("encode, decode", [] {
    auto pool = RecordPool::create();
    const SchemaPtr schema = random_schema();
    RecordBatch batch = random_batch(*pool, schema);
    const std::string lines = lines_of(batch);
    auto decoder = make_decoder("json", schema, FormatSettings{});
    RC_ASSERT(decoder.ok());
    RecordBatch back = pool->make_batch(schema);
    const std::string bytes = padded(lines);

    const auto used = (*decoder)->decode(std::string_view(bytes).substr(0, lines.size()), true, 1000,
                                         back, ColumnRef());

    RC_ASSERT(used.ok());
    RC_ASSERT(*used == lines.size());
    RC_ASSERT(lines_of(back) == lines);
  }));
}

TEST_CASE("any bytes at all are decoded without harm") {
  CHECK(rc::check("garbage", [] {
    auto pool = RecordPool::create();
    const auto schema = std::make_shared<const Schema>(
        *parse_schema("a INT, b STRING, c ARRAY<STRING>, d TIMESTAMP, _corrupt_record STRING"));
    std::string text;
    const int length = *rc::gen::inRange(0, 60);
    for (int i = 0; i < length; ++i)
      text += *rc::gen::element<std::string>("{", "}", "[", "]", "\"a\"", "\"b\"", "\"c\"", ":", ",", "1",
                                             "\"", "\\", "\n", "\r", "\xFF", "'", "null", " ", "-", "e");
    const std::string bytes = padded(text);
    auto decoder = make_decoder("json", schema, FormatSettings{});
    RecordBatch batch = pool->make_batch(schema);

    const auto used = (*decoder)->decode(std::string_view(bytes).substr(0, text.size()), true, 1000,
                                         batch, ColumnRef());

    RC_ASSERT(used.ok());
    RC_ASSERT(*used == text.size());
    lines_of(batch);
  }));
}

TEST_CASE("numbers, times and types come back from their text") {
  CHECK(rc::check("double", [](double value) {
    std::string text;
    append_double(text, value);
    RC_ASSERT(parse_double(text) == value);
  }));
  CHECK(rc::check("decimal", [](std::int64_t high, std::int64_t low) {
    const Int128 value = Int128{high} * 1'000'000'000'000'000'000 + low;
    std::string text;
    append_decimal(text, value, 17);
    Int128 back = 0;
    RC_ASSERT(parse_decimal(text, DataType::decimal(38, 17), back) == DecimalParse::Ok);
    RC_ASSERT(back == value);
  }));
  CHECK(rc::check("timestamp", [] {
    const std::int64_t micros =
        *rc::gen::inRange<std::int64_t>(-60'000'000'000'000'000, 250'000'000'000'000'000);
    std::string text;
    append_timestamp(text, micros, TimeZone());
    RC_ASSERT(parse_timestamp(text, TimeZone()) == micros);
  }));
  CHECK(rc::check("schema", [] {
    const SchemaPtr schema = random_schema();
    Result<Schema> back = parse_schema(to_ddl(*schema));
    RC_ASSERT(back.ok());
    RC_ASSERT(to_ddl(*back) == to_ddl(*schema));
  }));
}
