#include "sources/partition_folders.hpp"

#include "records/number_text.hpp"
#include "records/option_value.hpp"
#include "records/time_text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace millrace {

namespace {

constexpr std::string_view kNullValue = "__HIVE_DEFAULT_PARTITION__";

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr ==
            text.data() + i + 3) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `2024-03-01`: the casts take less, which would make a date of every year.
bool looks_like_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && is_digits(text.substr(0, 4));
}

DataType guess(const std::string& text, const TimeZone& zone) {
  if (const auto number = parse_whole_number(text)) {
    const bool fits = *number >= std::numeric_limits<std::int32_t>::min() &&
                      *number <= std::numeric_limits<std::int32_t>::max();
    return fits ? TypeKind::Int : TypeKind::Long;
  }
  if (parse_double(text)) return TypeKind::Double;
  if (looks_like_date(text) && parse_date(text)) return TypeKind::Date;
  if (text.size() > 10 && looks_like_date(text.substr(0, 10)) && parse_timestamp(text, zone))
    return TypeKind::Timestamp;
  return TypeKind::String;
}

/// The narrowest type that holds both.
DataType wider(const DataType& a, const DataType& b) {
  if (a.is_null() || a == b) return b;
  if (b.is_null()) return a;
  if (a.is_numeric() && b.is_numeric()) return std::max(a.kind(), b.kind());
  const auto is_time = [](const DataType& type) {
    return type.kind() == TypeKind::Date || type.kind() == TypeKind::Timestamp;
  };
  return is_time(a) && is_time(b) ? TypeKind::Timestamp : TypeKind::String;
}

Value::Storage parse_as(const std::string& text, const DataType& type, const TimeZone& zone) {
  const auto store = [](const auto& parsed) {
    using Parsed = typename std::decay_t<decltype(parsed)>::value_type;
    if (!parsed) return Value::Storage();
    if constexpr (std::is_same_v<Parsed, std::int32_t>)
      return Value::Storage(std::int64_t{*parsed});
    else
      return Value::Storage(*parsed);
  };
  switch (type.kind()) {
    case TypeKind::String: return text;
    case TypeKind::Boolean: return store(parse_boolean(text));
    case TypeKind::Float:
    case TypeKind::Double: return store(parse_double(text));
    case TypeKind::Date: return store(parse_date(text));
    case TypeKind::Timestamp: return store(parse_timestamp(text, zone));
    case TypeKind::TimestampNtz: return store(parse_timestamp_ntz(text));
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long: return store(parse_integer(text, type.kind(), IntegerSyntax::Ansi));
    default: return {};
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> partition_folders(const std::string& base,
                                                                   const std::string& path) {
  std::vector<std::pair<std::string, std::string>> folders;
  if (!path.starts_with(base)) return folders;
  std::string_view left = std::string_view(path).substr(base.size());
  for (std::size_t slash; (slash = left.find('/')) != std::string_view::npos;) {
    const std::string_view name = left.substr(0, slash);
    left.remove_prefix(slash + 1);
    const std::size_t equals = name.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    folders.emplace_back(unescape(name.substr(0, equals)), unescape(name.substr(equals + 1)));
  }
  return folders;
}

Schema infer_partition_columns(const std::string& base, const std::vector<std::string>& paths,
                               const TimeZone& zone) {
  Schema columns;
  for (const std::string& path : paths) {
    for (const auto& [name, text] : partition_folders(base, path)) {
      int column = columns.find(name);
      if (column < 0) {
        column = static_cast<int>(columns.size());
        columns.fields.push_back({name, TypeKind::Null});
      }
      DataType& type = columns.fields[static_cast<std::size_t>(column)].type;
      if (text != kNullValue) type = wider(type, guess(text, zone));
    }
  }
  for (Field& field : columns.fields)
    if (field.type.is_null()) field.type = TypeKind::String;
  return columns;
}

std::optional<std::vector<Value>> partition_values(const Schema& columns, const std::string& base,
                                                   const std::string& path, const TimeZone& zone) {
  std::vector<Value> values;
  for (const Field& field : columns.fields) values.push_back({field.type, {}});
  for (const auto& [name, text] : partition_folders(base, path)) {
    const int column = columns.find(name);
    if (column < 0 || text == kNullValue) continue;
    Value& value = values[static_cast<std::size_t>(column)];
    value.storage = parse_as(text, value.type, zone);
    if (value.is_null()) return std::nullopt;
  }
  return values;
}

}  // namespace millrace
