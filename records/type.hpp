#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Spark SQL's types. The comment says how one value lies in `Column::values`.
enum class TypeKind : std::uint8_t {
  Null,               // no values: every row is NULL
  Boolean,            // uint8_t, 0 or 1
  Byte,               // int8_t
  Short,              // int16_t
  Int,                // int32_t
  Long,               // int64_t
  Float,              // float
  Double,             // double
  Decimal,            // Int128, unscaled
  String,             // std::string_view, UTF-8 (bytes are kept as they came)
  Binary,             // std::string_view
  Date,               // int32_t, days since 1970-01-01
  Timestamp,          // int64_t, microseconds since 1970-01-01T00:00:00Z
  TimestampNtz,       // int64_t, microseconds, no zone
  CalendarInterval,   // CalendarInterval
  DayTimeInterval,    // int64_t, microseconds
  YearMonthInterval,  // int32_t, months
  Array,              // ListSlot into child 0
  Map,                // ListSlot into children 0 (keys) and 1 (values)
  Struct,             // no values: one child a field
};

__extension__ typedef __int128 Int128;

struct CalendarInterval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t microseconds = 0;
  bool operator==(const CalendarInterval&) const = default;
};

/// The elements of one array or map: `size` of them from `offset` in the child columns.
/// Slots may overlap, come in any order and leave gaps (Arrow's ListView layout).
struct ListSlot {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

struct Field;

/// A type by value; nested parts are shared and never change. Cheap to copy.
class DataType {
 public:
  DataType() = default;  // Null
  DataType(TypeKind kind) : kind_(kind) {}

  static DataType decimal(int precision, int scale);
  static DataType array(DataType element, bool contains_null = true);
  static DataType map(DataType key, DataType value, bool value_contains_null = true);
  static DataType structure(std::vector<Field> fields);
  /// `start` and `end` are 0 day, 1 hour, 2 minute, 3 second.
  static DataType day_time_interval(int start = 0, int end = 3);
  /// `start` and `end` are 0 year, 1 month.
  static DataType year_month_interval(int start = 0, int end = 1);

  TypeKind kind() const { return kind_; }
  int precision() const { return precision_; }
  int scale() const { return scale_; }
  int interval_start() const { return precision_; }
  int interval_end() const { return scale_; }

  /// Array: one field "element". Map: "key" and "value". Struct: its fields. Else empty.
  const std::vector<Field>& fields() const;
  /// Requires: Array.
  const DataType& element() const;
  /// Requires: Map.
  const DataType& key() const;
  const DataType& value() const;

  /// Equal in kind, parameters, nested types and field names; nullability is not compared.
  bool operator==(const DataType& other) const;

  bool is_null() const { return kind_ == TypeKind::Null; }
  bool is_integral() const { return kind_ >= TypeKind::Byte && kind_ <= TypeKind::Long; }
  bool is_fractional() const { return kind_ == TypeKind::Float || kind_ == TypeKind::Double; }
  bool is_numeric() const { return kind_ >= TypeKind::Byte && kind_ <= TypeKind::Decimal; }
  bool is_nested() const { return kind_ >= TypeKind::Array; }
  bool is_bytes() const { return kind_ == TypeKind::String || kind_ == TypeKind::Binary; }

  /// Bytes of one value in `Column::values`; 0 for Null and Struct.
  std::size_t width() const;
  /// Spark's `simpleString`: `bigint`, `array<struct<a:int>>`, `decimal(10,2)`.
  std::string to_string() const;
  /// Spark's SQL name: `BIGINT`, `ARRAY<STRUCT<a: INT>>`, `DECIMAL(10,2)`.
  std::string to_sql() const;

 private:
  TypeKind kind_ = TypeKind::Null;
  std::int8_t precision_ = 0;
  std::int8_t scale_ = 0;
  std::shared_ptr<const std::vector<Field>> fields_;
};

/// One column of a schema or one field of a struct.
struct Field {
  std::string name;
  DataType type;
  bool nullable = true;
};

/// The columns of a record batch, in order. Two columns may have one name.
struct Schema {
  std::vector<Field> fields;

  std::size_t size() const { return fields.size(); }
  const Field& operator[](std::size_t i) const { return fields[i]; }
  /// Index of the first field with this name, ignoring case as Spark does; -1 when there is none.
  int find(std::string_view name) const;
};

using SchemaPtr = std::shared_ptr<const Schema>;

/// `name`, in backquotes when it is no plain identifier: `` `odd name` ``.
std::string quote_name_if_needed(std::string_view name);

/// Compares names as Spark's default resolver does: ASCII letters without case.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace millrace
