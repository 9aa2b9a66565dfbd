#include "records/type.hpp"

#include <algorithm>

#include "records/check.hpp"

namespace millrace {

namespace {

const std::vector<Field> kNoFields;

const char* const kDayTimeUnits[] = {"day", "hour", "minute", "second"};
const char* const kYearMonthUnits[] = {"year", "month"};

std::string interval_text(const char* const* units, int start, int end) {
  std::string text = std::string("interval ") + units[start];
  if (end != start) text += std::string(" to ") + units[end];
  return text;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

const char* simple_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::Null: return "void";
    case TypeKind::Boolean: return "boolean";
    case TypeKind::Byte: return "tinyint";
    case TypeKind::Short: return "smallint";
    case TypeKind::Int: return "int";
    case TypeKind::Long: return "bigint";
    case TypeKind::Float: return "float";
    case TypeKind::Double: return "double";
    case TypeKind::Decimal: return "decimal";
    case TypeKind::String: return "string";
    case TypeKind::Binary: return "binary";
    case TypeKind::Date: return "date";
    case TypeKind::Timestamp: return "timestamp";
    case TypeKind::TimestampNtz: return "timestamp_ntz";
    case TypeKind::CalendarInterval: return "interval";
    case TypeKind::DayTimeInterval: return "interval";
    case TypeKind::YearMonthInterval: return "interval";
    case TypeKind::Array: return "array";
    case TypeKind::Map: return "map";
    case TypeKind::Struct: return "struct";
  }
  return "";
}

}  // namespace

DataType DataType::decimal(int precision, int scale) {
  DataType type(TypeKind::Decimal);
  type.precision_ = static_cast<std::int8_t>(precision);
  type.scale_ = static_cast<std::int8_t>(scale);
  return type;
}

DataType DataType::array(DataType element, bool contains_null) {
  DataType type(TypeKind::Array);
  type.fields_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element), contains_null}});
  return type;
}

DataType DataType::map(DataType key, DataType value, bool value_contains_null) {
  DataType type(TypeKind::Map);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::vector<Field>{
      {"key", std::move(key), false}, {"value", std::move(value), value_contains_null}});
  return type;
}

DataType DataType::structure(std::vector<Field> fields) {
  DataType type(TypeKind::Struct);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

DataType DataType::day_time_interval(int start, int end) {
  DataType type(TypeKind::DayTimeInterval);
  type.precision_ = static_cast<std::int8_t>(start);
  type.scale_ = static_cast<std::int8_t>(end);
  return type;
}

DataType DataType::year_month_interval(int start, int end) {
  DataType type(TypeKind::YearMonthInterval);
  type.precision_ = static_cast<std::int8_t>(start);
  type.scale_ = static_cast<std::int8_t>(end);
  return type;
}

const std::vector<Field>& DataType::fields() const { return fields_ ? *fields_ : kNoFields; }

const DataType& DataType::element() const {
  MILLRACE_CHECK(kind_ == TypeKind::Array, "element of something that is no array");
  return (*fields_)[0].type;
}

const DataType& DataType::key() const {
  MILLRACE_CHECK(kind_ == TypeKind::Map, "key of something that is no map");
  return (*fields_)[0].type;
}

const DataType& DataType::value() const {
  MILLRACE_CHECK(kind_ == TypeKind::Map, "value of something that is no map");
  return (*fields_)[1].type;
}

bool DataType::operator==(const DataType& other) const {
  if (kind_ != other.kind_ || precision_ != other.precision_ || scale_ != other.scale_)
    return false;
  if (fields_ == other.fields_) return true;
  return std::equal(fields().begin(), fields().end(), other.fields().begin(),
                    other.fields().end(), [](const Field& a, const Field& b) {
                      return a.name == b.name && a.type == b.type;
                    });
}

std::size_t DataType::width() const {
  switch (kind_) {
    case TypeKind::Null:
    case TypeKind::Struct: return 0;
    case TypeKind::Boolean:
    case TypeKind::Byte: return 1;
    case TypeKind::Short: return 2;
    case TypeKind::Int:
    case TypeKind::Float:
    case TypeKind::Date:
    case TypeKind::YearMonthInterval: return 4;
    case TypeKind::Long:
    case TypeKind::Double:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz:
    case TypeKind::DayTimeInterval: return 8;
    case TypeKind::Decimal: return sizeof(Int128);
    case TypeKind::String:
    case TypeKind::Binary: return sizeof(std::string_view);
    case TypeKind::CalendarInterval: return sizeof(CalendarInterval);
    case TypeKind::Array:
    case TypeKind::Map: return sizeof(ListSlot);
  }
  return 0;
}

std::string DataType::to_string() const {
  switch (kind_) {
    case TypeKind::Decimal:
      return "decimal(" + std::to_string(precision_) + "," + std::to_string(scale_) + ")";
    case TypeKind::DayTimeInterval: return interval_text(kDayTimeUnits, precision_, scale_);
    case TypeKind::YearMonthInterval: return interval_text(kYearMonthUnits, precision_, scale_);
    case TypeKind::Array: return "array<" + element().to_string() + ">";
    case TypeKind::Map: return "map<" + key().to_string() + "," + value().to_string() + ">";
    case TypeKind::Struct: {
      std::string text = "struct<";
      for (std::size_t i = 0; i < fields().size(); ++i) {
        if (i != 0) text += ",";
        text += fields()[i].name + ":" + fields()[i].type.to_string();
      }
      return text + ">";
    }
    default: return simple_name(kind_);
  }
}

std::string DataType::to_sql() const {
  switch (kind_) {
    case TypeKind::Array: return "ARRAY<" + element().to_sql() + ">";
    case TypeKind::Map: return "MAP<" + key().to_sql() + ", " + value().to_sql() + ">";
    case TypeKind::Struct: {
      std::string text = "STRUCT<";
      for (std::size_t i = 0; i < fields().size(); ++i) {
        if (i != 0) text += ", ";
        text += quote_name_if_needed(fields()[i].name) + ": " + fields()[i].type.to_sql();
        if (!fields()[i].nullable) text += " NOT NULL";
      }
      return text + ">";
    }
    default: return upper(to_string());
  }
}

int Schema::find(std::string_view name) const {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (equal_ignoring_case(fields[i].name, name)) return static_cast<int>(i);
  return -1;
}

std::string quote_name_if_needed(std::string_view name) {
  auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool starts_with_digit = !name.empty() && name[0] >= '0' && name[0] <= '9';
  if (!name.empty() && !starts_with_digit && std::all_of(name.begin(), name.end(), is_plain))
    return std::string(name);
  std::string quoted = "`";
  for (char c : name) quoted.append(c == '`' ? 2 : 1, c);
  return quoted + "`";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace millrace
