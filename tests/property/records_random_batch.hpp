#pragma once

#include <rapidcheck.h>

#include <string>
#include <utility>

#include "records/record_batch.hpp"
#include "records/value.hpp"

namespace millrace {

/// A type of any kind but intervals with fewer fields; nested at most `depth` deep.
inline DataType random_type(int depth) {
  const int kinds = depth > 0 ? 17 : 14;
  switch (*rc::gen::inRange(0, kinds)) {
    case 0: return TypeKind::Boolean;
    case 1: return TypeKind::Byte;
    case 2: return TypeKind::Short;
    case 3: return TypeKind::Int;
    case 4: return TypeKind::Long;
    case 5: return TypeKind::Float;
    case 6: return TypeKind::Double;
    case 7: return DataType::decimal(38, 10);
    case 8: return TypeKind::String;
    case 9: return TypeKind::Binary;
    case 10: return TypeKind::Date;
    case 11: return TypeKind::Timestamp;
    case 12: return TypeKind::TimestampNtz;
    case 13: return DataType::day_time_interval();
    case 14: return DataType::array(random_type(depth - 1));
    case 15: return DataType::map(TypeKind::String, random_type(depth - 1));
    default:
      return DataType::structure({{"x", random_type(depth - 1), true}, {"y", random_type(0), true}});
  }
}

/// Text of one to four byte characters, escapes and blanks.
inline std::string random_text() {
  std::string text;
  const int length = *rc::gen::inRange(0, 12);
  for (int i = 0; i < length; ++i)
    text += *rc::gen::element<std::string>("a", "Z", " ", "\"", "\\", "\n", "\t", "é", "中", "😀", "\x01");
  return text;
}

inline Value random_value(const DataType& type, bool nullable = true);

inline std::vector<Value> random_values(const DataType& type) {
  std::vector<Value> values;
  if (type.kind() == TypeKind::Struct) {
    for (const Field& field : type.fields()) values.push_back(random_value(field.type));
    return values;
  }
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i)
    for (const Field& field : type.fields())
      values.push_back(random_value(field.type, field.name != "key"));
  return values;
}

inline Value::Storage random_storage(const DataType& type) {
  using Limit = std::int64_t;
  auto within = [](Limit low, Limit high) { return *rc::gen::inRange<Limit>(low, high); };
  switch (type.kind()) {
    case TypeKind::Boolean: return *rc::gen::arbitrary<bool>();
    case TypeKind::Byte: return within(-128, 128);
    case TypeKind::Short: return within(-32768, 32768);
    case TypeKind::Date: return within(-700'000, 2'900'000);
    case TypeKind::Int: return within(INT32_MIN, INT32_MAX);
    case TypeKind::Timestamp:
    // Whole milliseconds: JSON has no finer times.
    case TypeKind::TimestampNtz: return within(-60'000'000'000'000, 250'000'000'000'000) * 1000;
    case TypeKind::Float: return static_cast<double>(*rc::gen::arbitrary<float>());
    case TypeKind::Double: return *rc::gen::arbitrary<double>();
    case TypeKind::Decimal: return Int128{*rc::gen::arbitrary<std::int64_t>()} * 1'000'000'007;
    case TypeKind::String:
    case TypeKind::Binary: return random_text();
    case TypeKind::Array:
    case TypeKind::Map:
    case TypeKind::Struct: return random_values(type);
    default: return *rc::gen::arbitrary<std::int64_t>();
  }
}

inline Value random_value(const DataType& type, bool nullable) {
  if (nullable && *rc::gen::inRange(0, 5) == 0) return {type, {}};
  return {type, random_storage(type)};
}

inline SchemaPtr random_schema() {
  Schema schema;
  const int num_columns = *rc::gen::inRange(1, 5);
  for (int i = 0; i < num_columns; ++i)
    schema.fields.push_back({"c" + std::to_string(i), random_type(2), true});
  return std::make_shared<const Schema>(std::move(schema));
}

inline RecordBatch random_batch(RecordPool& pool, const SchemaPtr& schema) {
  RecordBatch batch = pool.make_batch(schema);
  const int num_rows = *rc::gen::inRange(0, 20);
  for (int row = 0; row < num_rows; ++row)
    for (std::size_t c = 0; c < schema->size(); ++c)
      append_value(*batch.columns()[c], random_value((*schema)[c].type));
  batch.set_num_physical_rows(static_cast<std::uint32_t>(num_rows));
  return batch;
}

}  // namespace millrace
