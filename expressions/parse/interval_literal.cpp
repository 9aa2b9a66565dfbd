#include "expressions/parse/interval_literal.hpp"

#include "expressions/expression_errors.hpp"
#include "records/calendar.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace millrace::parse {
namespace {

std::string singular(std::string_view unit) {
  std::string out(unit);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  if (out.size() > 1 && out.back() == 's') out.pop_back();
  return out;
}

// Index of a unit in its type, by Spark's unitToTime: weeks count as days, parts of seconds as
// seconds.
struct UnitField {
  bool year_month = false;
  int index = 0;
};
std::optional<UnitField> field_of(std::string_view unit) {
  const std::string name = singular(unit);
  if (name == "year") return UnitField{true, 0};
  if (name == "month") return UnitField{true, 1};
  if (name == "week" || name == "day") return UnitField{false, 0};
  if (name == "hour") return UnitField{false, 1};
  if (name == "minute") return UnitField{false, 2};
  if (name == "second" || name == "millisecond" || name == "microsecond")
    return UnitField{false, 3};
  return std::nullopt;
}

Error mixed_units(const std::string& text) {
  Error error = spark_error("_LEGACY_ERROR_TEMP_0029", "",
                            "Cannot mix year-month and day-time fields: INTERVAL " + text);
  error.fix = "write two intervals, one of years and months, one of days and times";
  return error;
}

Error not_a_number(const std::string& value) {
  Error error =
      spark_error("_LEGACY_ERROR_TEMP_0026", "",
                  "Can only use numbers in the interval value part for multiple unit value "
                  "pairs interval form, but got invalid value: " +
                      value + ".");
  error.fix = "write a number before the unit, as in INTERVAL 10 SECONDS";
  return error;
}

Error wrong_range(const IntervalPart& part) {
  Error error =
      spark_error("_LEGACY_ERROR_TEMP_0028", "",
                  "Intervals FROM " + part.unit + " TO " + part.to_unit + " are not supported.");
  error.fix = "use YEAR TO MONTH, or two of DAY, HOUR, MINUTE, SECOND, the larger one first";
  return error;
}

Result<Value> value_of(const CalendarInterval& interval, const std::vector<UnitField>& fields,
                       const std::string& text) {
  int start = 3, end = 0;
  bool months = false, times = false;
  for (const UnitField& field : fields) {
    (field.year_month ? months : times) = true;
    start = std::min(start, field.index);
    end = std::max(end, field.index);
  }
  if (months && times) return mixed_units(text);
  if (months)
    return Value{DataType::year_month_interval(start, end), std::int64_t{interval.months}};
  if (!times) start = 0, end = 3;
  return Value{DataType::day_time_interval(start, end),
               interval.days * kMicrosPerDay + interval.microseconds};
}

Result<Value> range_literal(const IntervalPart& part) {
  const auto from = field_of(part.unit), to = field_of(part.to_unit);
  if (!from || !to || from->year_month != to->year_month || from->index >= to->index) {
    return wrong_range(part);
  }
  const DataType type = from->year_month ? DataType::year_month_interval(from->index, to->index)
                                         : DataType::day_time_interval(from->index, to->index);
  auto value = parse_sql_interval(part.value, type);
  if (!value) return std::move(value.error());
  return Value{type, *value};
}

bool is_number(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const bool digits = text.find_first_of("0123456789") != text.npos;
  return digits && text.find_first_not_of("0123456789.") == text.npos;
}

}  // namespace

Result<Value> interval_literal(const std::vector<IntervalPart>& parts) {
  if (parts.size() == 1 && !parts[0].to_unit.empty()) return range_literal(parts[0]);
  std::string text;
  std::vector<UnitField> fields;
  for (const IntervalPart& part : parts) {
    if (!part.to_unit.empty()) return wrong_range(part);
    const std::string value(trim_all(part.value));
    if (!is_number(value)) return not_a_number(part.value);
    text += (text.empty() ? "" : " ") + value + " " + part.unit;
    fields.push_back(field_of(part.unit).value_or(UnitField{}));
  }
  auto interval = parse_interval(text);
  if (!interval) return std::move(interval.error());
  return value_of(*interval, fields, text);
}

Result<Value> interval_text_literal(const std::string& text) {
  auto interval = parse_interval(text);
  if (!interval) return std::move(interval.error());
  std::vector<UnitField> fields;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\n", i), text.size());
    if (const auto field = field_of(std::string_view(text).substr(i, end - i)))
      fields.push_back(*field);
    i = end + 1;
  }
  return value_of(*interval, fields, text);
}

}  // namespace millrace::parse
