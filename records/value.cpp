#include "records/value.hpp"

namespace millrace {

namespace {

std::int64_t integer(const Value& value) { return std::get<std::int64_t>(value.storage); }

void append_integer_value(Column& column, std::int64_t number) {
  switch (column.type().width()) {
    case 1: return column.append(static_cast<std::int8_t>(number));
    case 2: return column.append(static_cast<std::int16_t>(number));
    case 4: return column.append(static_cast<std::int32_t>(number));
    default: return column.append(number);
  }
}

void append_list(Column& column, const std::vector<Value>& elements) {
  const std::size_t width = column.num_children();
  for (std::size_t i = 0; i < elements.size(); ++i)
    append_value(*column.child(i % width), elements[i]);
  column.append_list(static_cast<std::uint32_t>(elements.size() / width));
}

void append_struct(Column& column, const std::vector<Value>& fields) {
  MILLRACE_CHECK(fields.size() == column.num_children(), "struct value of another width");
  for (std::size_t i = 0; i < fields.size(); ++i) append_value(*column.child(i), fields[i]);
  column.append_struct();
}

std::int64_t integer_at(const Column& column, std::size_t i) {
  switch (column.type().width()) {
    case 1: return column.at<std::int8_t>(i);
    case 2: return column.at<std::int16_t>(i);
    case 4: return column.at<std::int32_t>(i);
    default: return column.at<std::int64_t>(i);
  }
}

std::vector<Value> list_at(const Column& column, std::size_t i) {
  const ListSlot slot = column.at<ListSlot>(i);
  std::vector<Value> elements;
  for (std::uint32_t e = 0; e < slot.size; ++e)
    for (std::size_t c = 0; c < column.num_children(); ++c)
      elements.push_back(value_at(*column.child(c), slot.offset + e));
  return elements;
}

std::vector<Value> struct_at(const Column& column, std::size_t i) {
  std::vector<Value> fields;
  for (std::size_t c = 0; c < column.num_children(); ++c)
    fields.push_back(value_at(*column.child(c), i));
  return fields;
}

Value::Storage storage_at(const Column& column, std::size_t i) {
  switch (column.type().kind()) {
    case TypeKind::Null: return std::monostate();
    case TypeKind::Boolean: return column.at<std::uint8_t>(i) != 0;
    case TypeKind::Float: return static_cast<double>(column.at<float>(i));
    case TypeKind::Double: return column.at<double>(i);
    case TypeKind::Decimal: return column.at<Int128>(i);
    case TypeKind::String:
    case TypeKind::Binary: return std::string(column.at<std::string_view>(i));
    case TypeKind::CalendarInterval: return column.at<CalendarInterval>(i);
    case TypeKind::Array:
    case TypeKind::Map: return list_at(column, i);
    case TypeKind::Struct: return struct_at(column, i);
    default: return integer_at(column, i);
  }
}

}  // namespace

void append_value(Column& column, const Value& value) {
  if (value.is_null()) return column.append_null();
  switch (column.type().kind()) {
    case TypeKind::Null: return column.append_null();
    case TypeKind::Boolean:
      return column.append(static_cast<std::uint8_t>(std::get<bool>(value.storage)));
    case TypeKind::Float: return column.append(static_cast<float>(std::get<double>(value.storage)));
    case TypeKind::Double: return column.append(std::get<double>(value.storage));
    case TypeKind::Decimal: return column.append(std::get<Int128>(value.storage));
    case TypeKind::String:
    case TypeKind::Binary: return column.append_bytes(std::get<std::string>(value.storage));
    case TypeKind::CalendarInterval:
      return column.append(std::get<CalendarInterval>(value.storage));
    case TypeKind::Array:
    case TypeKind::Map: return append_list(column, std::get<std::vector<Value>>(value.storage));
    case TypeKind::Struct: return append_struct(column, std::get<std::vector<Value>>(value.storage));
    default: return append_integer_value(column, integer(value));
  }
}

Value value_at(const Column& column, std::size_t i) {
  if (column.is_null(i)) return {column.type(), std::monostate()};
  // A constant struct's children hold one row too.
  return {column.type(), storage_at(column, i & column.index_mask())};
}

}  // namespace millrace
