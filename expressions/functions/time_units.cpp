#include "expressions/functions/time_units.hpp"

#include <algorithm>
#include <string>

#include "expressions/functions/function_errors.hpp"
#include "records/calendar.hpp"
#include "records/datetime_pattern.hpp"
#include "records/type.hpp"

namespace millrace {

namespace {

constexpr std::pair<std::string_view, TimeUnit> kNames[] = {
    {"MICROSECOND", TimeUnit::Microsecond},
    {"MILLISECOND", TimeUnit::Millisecond},
    {"SECOND", TimeUnit::Second},
    {"MINUTE", TimeUnit::Minute},
    {"HOUR", TimeUnit::Hour},
    {"DAY", TimeUnit::Day},
    {"DD", TimeUnit::Day},
    {"WEEK", TimeUnit::Week},
    {"MONTH", TimeUnit::Month},
    {"MON", TimeUnit::Month},
    {"MM", TimeUnit::Month},
    {"QUARTER", TimeUnit::Quarter},
    {"YEAR", TimeUnit::Year},
    {"YYYY", TimeUnit::Year},
    {"YY", TimeUnit::Year},
};

std::int64_t months_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::Quarter: return 3;
    case TimeUnit::Year: return 12;
    default: return 1;
  }
}

std::int64_t month_number(std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  return date.year * 12 + date.month - 1;
}

/// a * b + c when it fits.
std::optional<std::int64_t> multiply_add(std::int64_t a, std::int64_t b, std::int64_t c) {
  std::int64_t result;
  if (__builtin_mul_overflow(a, b, &result) || __builtin_add_overflow(result, c, &result))
    return std::nullopt;
  return result;
}

std::int64_t first_of_month(std::int64_t number) {
  const std::int64_t year = floor_divide(number, 12);
  return days_from_civil({year, static_cast<int>(number - year * 12) + 1, 1});
}

}  // namespace

std::optional<TimeUnit> time_unit_named(std::string_view name) {
  for (const auto& [known, unit] : kNames)
    if (equal_ignoring_case(known, name)) return unit;
  return std::nullopt;
}

Error invalid_unit(std::string_view function, std::string_view name) {
  return invalid_parameter("DATETIME_UNIT", "unit", function,
                           "expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, "
                           "DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the "
                           "string literal '" +
                               std::string(name) + "'.");
}

std::int64_t micros_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::Microsecond: return 1;
    case TimeUnit::Millisecond: return 1000;
    case TimeUnit::Second: return kMicrosPerSecond;
    case TimeUnit::Minute: return 60 * kMicrosPerSecond;
    case TimeUnit::Hour: return 3600 * kMicrosPerSecond;
    case TimeUnit::Week: return 7 * kMicrosPerDay;
    default: return kMicrosPerDay;
  }
}

std::int64_t add_months(std::int64_t days, std::int64_t months) {
  const std::int64_t first = first_of_month(month_number(days) + months);
  const CivilDate target = civil_from_days(first);
  return first + std::min(civil_from_days(days).day, days_in_month(target.year, target.month)) - 1;
}

std::int64_t truncate_days(std::int64_t days, TimeUnit unit) {
  if (unit <= TimeUnit::Day) return days;
  if (unit == TimeUnit::Week) return days - weekday_of(days);
  const std::int64_t months = months_of(unit);
  return first_of_month(floor_divide(month_number(days), months) * months);
}

std::optional<std::int64_t> truncate_local(std::int64_t local_micros, TimeUnit unit) {
  if (unit < TimeUnit::Day)
    return multiply_add(floor_divide(local_micros, micros_of(unit)), micros_of(unit), 0);
  return multiply_add(truncate_days(floor_divide(local_micros, kMicrosPerDay), unit), kMicrosPerDay,
                      0);
}

std::optional<std::int64_t> add_units(std::int64_t local_micros, std::int64_t count, TimeUnit unit) {
  if (unit <= TimeUnit::Week) return multiply_add(count, micros_of(unit), local_micros);
  constexpr std::int64_t kMonthsOfAllTime = 12 * 1'000'000;
  if (count > kMonthsOfAllTime || count < -kMonthsOfAllTime) return std::nullopt;
  const std::int64_t days = floor_divide(local_micros, kMicrosPerDay);
  return multiply_add(add_months(days, count * months_of(unit)) - days, kMicrosPerDay, local_micros);
}

std::int64_t count_units(std::int64_t from, std::int64_t to, TimeUnit unit) {
  if (unit <= TimeUnit::Week)
    return static_cast<std::int64_t>((Int128{to} - from) / micros_of(unit));
  const std::int64_t days = floor_divide(from, kMicrosPerDay);
  std::int64_t end = floor_divide(to, kMicrosPerDay);
  const std::int64_t clock = floor_remainder(from, kMicrosPerDay), end_clock = floor_remainder(to, kMicrosPerDay);
  if (end > days && end_clock < clock) --end;
  if (end < days && end_clock > clock) ++end;
  // As Java's LocalDate.until: a month is over on the same day of another month, not on its last day.
  constexpr std::int64_t kDays = 32;
  const std::int64_t distance = month_number(end) * kDays + civil_from_days(end).day -
                                (month_number(days) * kDays + civil_from_days(days).day);
  return distance / kDays / months_of(unit);
}

}  // namespace millrace
