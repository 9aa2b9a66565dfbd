#include <optional>

#include "records/calendar.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"

namespace millrace {

namespace {

constexpr std::int64_t kDayTimeSizes[] = {kMicrosPerDay, 3600 * kMicrosPerSecond,
                                          60 * kMicrosPerSecond, kMicrosPerSecond};
constexpr int kLargest[] = {0, 23, 59, 59};

Error mismatch(std::string_view text, const DataType& type) {
  const bool day_time = type.kind() == TypeKind::DayTimeInterval;
  const std::string format = day_time ? "[+|-]d h:m:s.n" : "[+|-]y-m";
  std::string name = type.to_sql();
  Error error = make_error(
      ErrorKind::Usage,
      "Error parsing '" + std::string(text) +
          "' to interval. Please ensure that the value provided is in a valid format for defining an "
          "interval. You can reference the documentation for the correct format. Interval string does "
          "not match " + (day_time ? "day-time" : "year-month") + " format of `" + format +
          "` when cast to " + name + ": " + std::string(text) + ".",
      "write it as '1 02:03:04.5' for DAY TO SECOND or '1-2' for YEAR TO MONTH");
  error.error_class = "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING";
  error.sql_state = "22006";
  return error;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length])) ++length;
  const auto number = parse_integer(text.substr(0, length), TypeKind::Long, IntegerSyntax::Ansi);
  text.remove_prefix(length);
  return number;
}

/// `.5` as microseconds; up to nine digits, those beyond six are cut.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t micros = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits)
    if (digits < 6) micros = micros * 10 + (text[digits] - '0');
  if (digits == 0 || digits > 9) return {};
  for (std::size_t i = digits; i < 6; ++i) micros *= 10;
  text.remove_prefix(digits);
  return micros;
}

std::optional<std::int64_t> read_day_time(std::string_view text, const DataType& type) {
  std::int64_t micros = 0;
  for (int field = type.interval_start(); field <= type.interval_end(); ++field) {
    if (field != type.interval_start()) {
      if (!text.starts_with(field == 1 ? ' ' : ':')) return {};
      text.remove_prefix(1);
    }
    const std::optional<std::int64_t> number = take_number(text);
    if (!number || (field != type.interval_start() && *number > kLargest[field])) return {};
    std::int64_t size = 0;
    if (__builtin_mul_overflow(*number, kDayTimeSizes[field], &size) ||
        __builtin_add_overflow(micros, size, &micros))
      return {};
  }
  if (type.interval_end() == 3) {
    const std::optional<std::int64_t> fraction = take_fraction(text);
    if (!fraction || __builtin_add_overflow(micros, *fraction, &micros)) return {};
  }
  if (!text.empty()) return {};
  return micros;
}

std::optional<std::int64_t> read_year_month(std::string_view text, const DataType& type) {
  const std::optional<std::int64_t> first = take_number(text);
  if (!first || *first > INT32_MAX) return {};
  std::int64_t months = type.interval_start() == 1 ? *first : *first * 12;
  if (type.interval_start() != type.interval_end()) {
    if (!text.starts_with('-')) return {};
    text.remove_prefix(1);
    const std::optional<std::int64_t> rest = take_number(text);
    if (!rest || *rest > 11) return {};
    months += *rest;
  }
  if (!text.empty() || months > INT32_MAX) return {};
  return months;
}

/// What stands between the quotes of `INTERVAL '...' DAY TO SECOND`; other text as it is.
std::string_view unwrap(std::string_view text, bool& negative) {
  text = trim_all(text);
  constexpr std::string_view kWord = "interval";
  if (equal_ignoring_case(text.substr(0, kWord.size()), kWord)) {
    text = trim_all(text.substr(kWord.size()));
    if (text.starts_with('-') || text.starts_with('+')) {
      negative = text.front() == '-';
      text = trim_all(text.substr(1));
    }
    const std::size_t closing = text.find('\'', 1);
    if (text.starts_with('\'') && closing != text.npos) text = trim_all(text.substr(1, closing - 1));
  }
  return text;
}

}  // namespace

Result<std::int64_t> parse_sql_interval(std::string_view text, const DataType& type) {
  bool negative = false;
  std::string_view rest = unwrap(text, negative);
  if (rest.starts_with('-') || rest.starts_with('+')) {
    negative = negative != (rest.front() == '-');
    rest.remove_prefix(1);
  }
  const std::optional<std::int64_t> size = type.kind() == TypeKind::DayTimeInterval
                                               ? read_day_time(rest, type)
                                               : read_year_month(rest, type);
  if (!size) return mismatch(text, type);
  return negative ? -*size : *size;
}

}  // namespace millrace
