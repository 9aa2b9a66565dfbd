#include "records/formats/json_scalar.hpp"

#include <charconv>
#include <limits>

#include "records/base64.hpp"
#include "records/calendar.hpp"
#include "records/decimal.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"
#include "records/time_text.hpp"

namespace millrace {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class T>
bool store(Column& column, std::size_t row, T value) {
  column.mutable_values<T>()[row] = value;
  return true;
}

template <class T>
bool store_if_fits(Column& column, std::size_t row, std::int64_t value) {
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) return false;
  return store(column, row, static_cast<T>(value));
}

/// `-12`; at most 18 digits are read without checks, 19 with.
bool read_integer(std::string_view token, std::int64_t& value) {
  const bool negative = token.front() == '-';
  const std::size_t first = negative ? 1 : 0;
  if (token.size() == first || (token[first] == '0' && token.size() > first + 1)) return false;
  if (token.size() - first > 18) {
    const auto parsed = std::from_chars(token.data(), token.data() + token.size(), value);
    return parsed.ec == std::errc() && parsed.ptr == token.data() + token.size();
  }
  std::int64_t number = 0;
  for (std::size_t i = first; i < token.size(); ++i) {
    if (!is_digit(token[i])) return false;
    number = number * 10 + (token[i] - '0');
  }
  value = negative ? -number : number;
  return true;
}

double read_double(std::string_view token) {
  double value = 0;
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), value);
  return parsed.ec == std::errc() ? value : parse_double(token).value_or(0);
}

bool write_decimal(Column& column, std::size_t row, std::string_view text) {
  Int128 value = 0;
  if (parse_decimal(text, column.type(), value) != DecimalParse::Ok) return false;
  return store(column, row, value);
}

/// The words that JSON has no numbers for.
bool odd_double(std::string_view text, double& value) {
  if (text == "NaN") value = std::numeric_limits<double>::quiet_NaN();
  else if (text == "Infinity" || text == "+Infinity" || text == "INF" || text == "+INF")
    value = std::numeric_limits<double>::infinity();
  else if (text == "-Infinity" || text == "-INF")
    value = -std::numeric_limits<double>::infinity();
  else return false;
  return true;
}

template <class T>
bool store_optional(Column& column, std::size_t row, std::optional<T> value) {
  return value.has_value() && store(column, row, *value);
}

bool write_binary(Column& column, std::size_t row, std::string_view text, std::string& scratch) {
  scratch.clear();
  if (!decode_base64(scratch, text)) return false;
  return store(column, row, column.arena().copy(scratch));
}

bool write_sql_interval(Column& column, std::size_t row, std::string_view text) {
  Result<std::int64_t> size = parse_sql_interval(text, column.type());
  if (!size) return false;
  if (column.type().kind() == TypeKind::DayTimeInterval) return store(column, row, *size);
  return store(column, row, static_cast<std::int32_t>(*size));
}

bool write_calendar_interval(Column& column, std::size_t row, std::string_view text) {
  Result<CalendarInterval> interval = parse_interval(text);
  return interval.ok() && store(column, row, *interval);
}

bool write_formatted(Column& column, std::size_t row, std::string_view text,
                     const TimeFormats& formats) {
  const auto value = formats.parse(column.type().kind(), text);
  if (!value) return false;
  if (column.type().kind() == TypeKind::Date) return store_if_fits<std::int32_t>(column, row, *value);
  return store(column, row, *value);
}

}  // namespace

bool is_json_number(std::string_view token) {
  std::size_t i = token.starts_with('-') ? 1 : 0;
  auto digits = [&] {
    const std::size_t first = i;
    while (i < token.size() && is_digit(token[i])) ++i;
    return i - first;
  };
  const bool leading_zero = i < token.size() && token[i] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (i < token.size() && token[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == token.size();
}

bool write_json_integer(Column& column, std::size_t row, std::string_view token) {
  std::int64_t value = 0;
  if (!read_integer(token, value)) return false;
  switch (column.type().kind()) {
    case TypeKind::Byte: return store_if_fits<std::int8_t>(column, row, value);
    case TypeKind::Short: return store_if_fits<std::int16_t>(column, row, value);
    case TypeKind::Int: return store_if_fits<std::int32_t>(column, row, value);
    case TypeKind::Long: return store(column, row, value);
    case TypeKind::Timestamp:
      if (__builtin_mul_overflow(value, kMicrosPerSecond, &value)) return false;
      return store(column, row, value);
    default: return false;
  }
}

bool write_json_number(Column& column, std::size_t row, std::string_view token) {
  switch (column.type().kind()) {
    case TypeKind::Float: return store(column, row, static_cast<float>(read_double(token)));
    case TypeKind::Double: return store(column, row, read_double(token));
    case TypeKind::Decimal: return write_decimal(column, row, token);
    default: return write_json_integer(column, row, token);
  }
}

bool write_json_text(Column& column, std::size_t row, std::string_view text,
                     const TimeFormats& formats, std::string& scratch) {
  if (formats.pattern_of(column.type().kind()) != nullptr)
    return write_formatted(column, row, text, formats);
  double number = 0;
  switch (column.type().kind()) {
    case TypeKind::Float:
      return odd_double(text, number) && store(column, row, static_cast<float>(number));
    case TypeKind::Double: return odd_double(text, number) && store(column, row, number);
    case TypeKind::Decimal: return write_decimal(column, row, text);
    case TypeKind::Binary: return write_binary(column, row, text, scratch);
    case TypeKind::Date: return store_optional(column, row, parse_date(text));
    case TypeKind::Timestamp: return store_optional(column, row, parse_timestamp(text, formats.zone()));
    case TypeKind::TimestampNtz:
      return store_optional(column, row, parse_timestamp_ntz(text, ZoneInText::Malformed));
    case TypeKind::CalendarInterval: return write_calendar_interval(column, row, text);
    case TypeKind::DayTimeInterval:
    case TypeKind::YearMonthInterval: return write_sql_interval(column, row, text);
    default: return false;
  }
}

}  // namespace millrace
