#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "expressions/functions/argument_types.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/time_units.hpp"
#include "expressions/functions/value_access.hpp"
#include "records/calendar.hpp"
#include "records/datetime_pattern.hpp"
#include "records/time_text.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

/// A day, and the seconds since it began: an hour is missing or twice where the clock is changed.
struct DayTime {
  CivilDate date;
  std::int64_t second = 0;

  DayTime(std::int64_t instant, const TimeZone& zone) {
    const std::int64_t days = floor_divide(zone.to_local(instant), kMicrosPerDay);
    date = civil_from_days(days);
    second = (instant - zone.to_instant(days * kMicrosPerDay)) / kMicrosPerSecond;
  }
  bool is_last_day() const { return date.day == days_in_month(date.year, date.month); }
  std::int64_t second_of_month() const { return date.day * std::int64_t{86400} + second; }
};

/// Months between two instants as Spark counts: whole when the days match or both are last, else with
/// 31 days a month.
double months_between(const DayTime& a, const DayTime& b, bool round_off) {
  const double months =
      static_cast<double>((a.date.year - b.date.year) * 12 + a.date.month - b.date.month);
  if (a.date.day == b.date.day || (a.is_last_day() && b.is_last_day())) return months;
  const double result =
      months + static_cast<double>(a.second_of_month() - b.second_of_month()) / (31.0 * 86400.0);
  return round_off ? std::round(result * 1e8) / 1e8 : result;
}

std::int32_t last_day(std::int32_t days) {
  CivilDate date = civil_from_days(days);
  date.day = days_in_month(date.year, date.month);
  return static_cast<std::int32_t>(days_from_civil(date));
}

/// Spark adds days as Java adds ints: around the ends.
std::int32_t wrapped_sum(std::int32_t a, std::int64_t b) { return static_cast<std::int32_t>(a + b); }

bool is_int(std::int64_t number) { return number == static_cast<std::int32_t>(number); }

/// 0 is Monday; -1 when it is no name of a day.
int weekday_named(string_view name) {
  static constexpr string_view kNames[7][3] = {
      {"MO", "MON", "MONDAY"},   {"TU", "TUE", "TUESDAY"}, {"WE", "WED", "WEDNESDAY"},
      {"TH", "THU", "THURSDAY"}, {"FR", "FRI", "FRIDAY"},  {"SA", "SAT", "SATURDAY"},
      {"SU", "SUN", "SUNDAY"}};
  for (int day = 0; day < 7; ++day)
    for (string_view known : kNames[day])
      if (equal_ignoring_case(known, name)) return day;
  return -1;
}

auto make_next_day(const FunctionCall& call, const Arguments&) {
  const auto next_day = [ansi = call.settings.ansi](
                            CallRow& row, std::int32_t days,
                            string_view name) -> std::optional<std::int32_t> {
    const int weekday = weekday_named(name);
    if (weekday >= 0) return wrapped_sum(days, 1 + (weekday - weekday_of(days) + 6) % 7);
    if (!ansi) return std::nullopt;
    return row.fail(row_error("ILLEGAL_DAY_OF_WEEK", "22009",
                              fmt::format("Illegal input for day of week: {}.", name)));
  };
  return Result<std::decay_t<decltype(next_day)>>(next_day);
}

std::optional<std::int32_t> trunc_date(std::int32_t days, string_view unit_name) {
  const std::optional<TimeUnit> unit = time_unit_named(unit_name);
  if (!unit || *unit < TimeUnit::Week) return std::nullopt;
  return static_cast<std::int32_t>(truncate_days(days, *unit));
}

auto make_date_trunc(const FunctionCall& call, const Arguments&) {
  const auto truncate = [zone = session_zone(call)](
                            CallRow& row, string_view unit_name,
                            std::int64_t micros) -> std::optional<std::int64_t> {
    const std::optional<TimeUnit> unit = time_unit_named(unit_name);
    if (!unit) return std::nullopt;
    const std::optional<std::int64_t> local = truncate_local(zone.to_local(micros), *unit);
    if (!local) return row.fail(long_overflow());
    return zone.to_instant(*local);
  };
  return Result<std::decay_t<decltype(truncate)>>(truncate);
}

/// The error of a day that does not exist.
Error invalid_day(std::int32_t year, std::int32_t month, std::int32_t day) {
  std::string reason = fmt::format("Invalid date '{} {}'", month >= 1 && month <= 12
                                                               ? upper_month_name(month)
                                                               : string_view("MONTH"), day);
  if (std::abs(std::int64_t{year}) > 999'999'999)
    reason = fmt::format("Invalid value for Year (valid values -999999999 - 999999999): {}", year);
  else if (month < 1 || month > 12)
    reason = fmt::format("Invalid value for MonthOfYear (valid values 1 - 12): {}", month);
  else if (day < 1 || day > 31)
    reason = fmt::format("Invalid value for DayOfMonth (valid values 1 - 28/31): {}", day);
  else if (month == 2 && day == 29)
    reason = fmt::format("Invalid date 'February 29' as '{}' is not a leap year", year);
  return row_error("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "22023", reason + ". ");
}

bool is_day(std::int32_t year, std::int32_t month, std::int32_t day) {
  constexpr std::int32_t kLastYear = 999'999'999;  // of Java
  return year >= -kLastYear && year <= kLastYear && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/// `Maybe` is OrError under ANSI, where parts that are no date fail, else std::optional.
template <template <class> class Maybe>
auto make_make_date(const FunctionCall& call, const Arguments&) {
  const auto make = [ansi = call.settings.ansi](CallRow& row, std::int32_t year, std::int32_t month,
                                                std::int32_t day) -> Maybe<std::int32_t> {
    const bool real = is_day(year, month, day);
    const std::int64_t days = real ? days_from_civil({year, month, day}) : 0;
    if (real && is_int(days)) return static_cast<std::int32_t>(days);
    if (!ansi) return std::nullopt;
    return row.fail(real ? integer_overflow() : invalid_day(year, month, day));
  };
  return Result<std::decay_t<decltype(make)>>(make);
}

enum class PartsOf { Session, NoZone };

struct TimeParts {
  std::int32_t year, month, day, hour, minute;
  double second;
};

/// The instant whose local time in `zone` has these parts.
template <template <class> class Maybe>
Maybe<std::int64_t> instant_of(CallRow& row, bool ansi, const TimeZone& zone, const TimeParts& at) {
  const bool clock = at.hour >= 0 && at.hour < 24 && at.minute >= 0 && at.minute < 60 &&
                     at.second >= 0 && at.second <= 60;
  constexpr std::int32_t kLastYear = 290'000;  // microseconds end in the year 294247
  if (std::abs(std::int64_t{at.year}) > kLastYear) {
    if (!ansi) return std::nullopt;
    return row.fail(long_overflow());
  }
  if (clock && is_day(at.year, at.month, at.day)) {
    const std::int64_t days = days_from_civil({at.year, at.month, at.day});
    return zone.to_instant(days * kMicrosPerDay +
                           (at.hour * 60 + at.minute) * 60 * kMicrosPerSecond +
                           std::llround(at.second * 1e6));
  }
  if (!ansi) return std::nullopt;
  if (!is_day(at.year, at.month, at.day)) return row.fail(invalid_day(at.year, at.month, at.day));
  return row.fail(
      row_error("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "22023",
                fmt::format("Invalid time '{}:{}:{}'. ", at.hour, at.minute, at.second)));
}

/// `Parts`: whether the parts are those of the session's zone or of no zone.
template <template <class> class Maybe, PartsOf Parts = PartsOf::Session>
auto make_make_timestamp(const FunctionCall& call, const Arguments&) {
  const TimeZone its_zone = Parts == PartsOf::Session ? session_zone(call) : TimeZone();
  const auto make = [ansi = call.settings.ansi, zone = its_zone](
                        CallRow& row, std::int32_t year, std::int32_t month, std::int32_t day,
                        std::int32_t hour, std::int32_t minute, double second) {
    return instant_of<Maybe>(row, ansi, zone, {year, month, day, hour, minute, second});
  };
  return Result<std::decay_t<decltype(make)>>(make);
}

/// With a zone beside the parts.
template <template <class> class Maybe>
auto make_timestamp_in_zone(const FunctionCall& call, const Arguments&) {
  const auto make = [ansi = call.settings.ansi](
                        CallRow& row, std::int32_t year, std::int32_t month, std::int32_t day,
                        std::int32_t hour, std::int32_t minute, double second,
                        string_view name) -> Maybe<std::int64_t> {
    const Result<TimeZone> zone = TimeZone::find(name);
    if (!zone && !ansi) return std::nullopt;
    if (!zone) return row.fail(zone.error());
    return instant_of<Maybe>(row, ansi, *zone, {year, month, day, hour, minute, second});
  };
  return Result<std::decay_t<decltype(make)>>(make);
}

auto make_months_between(const FunctionCall& call, const Arguments&) {
  const auto months = [zone = session_zone(call)](std::int64_t later, std::int64_t earlier,
                                                  bool round_off) {
    return months_between(DayTime(later, zone), DayTime(earlier, zone), round_off);
  };
  return Result<std::decay_t<decltype(months)>>(months);
}

OrError<std::int32_t> add_months_to_date(CallRow& row, std::int32_t days, std::int32_t months) {
  const std::int64_t sum = add_months(days, months);
  if (!is_int(sum)) return row.fail(integer_overflow());
  return static_cast<std::int32_t>(sum);
}

Error time_overflow(std::int64_t count, string_view unit, std::int64_t micros,
                    const TimeZone& zone) {
  std::string time;
  append_timestamp(time, micros, zone);
  return row_error("DATETIME_OVERFLOW", "22008",
                   fmt::format("Datetime operation overflow: add {} {} to TIMESTAMP '{}'.", count, unit,
                               time));
}

/// timestampadd(unit, count, timestamp)
auto make_timestampadd(const FunctionCall& call, const Arguments&) {
  const auto add = [zone = session_zone(call)](CallRow& row, string_view unit_name, std::int64_t count,
                                               std::int64_t micros) -> OrError<std::int64_t> {
    const std::optional<TimeUnit> unit = time_unit_named(unit_name);
    if (!unit) return row.fail(invalid_unit("timestampadd", unit_name));
    const bool by_clock = *unit < TimeUnit::Day;
    const auto sum = add_units(by_clock ? micros : zone.to_local(micros), count, *unit);
    if (!sum) return row.fail(time_overflow(count, unit_name, micros, zone));
    return by_clock ? *sum : zone.to_instant(*sum);
  };
  return Result<std::decay_t<decltype(add)>>(add);
}

auto make_timestampdiff(const FunctionCall& call, const Arguments&) {
  const auto difference = [zone = session_zone(call)](
                              CallRow& row, string_view unit_name, std::int64_t from,
                              std::int64_t to) -> OrError<std::int64_t> {
    const std::optional<TimeUnit> unit = time_unit_named(unit_name);
    if (!unit) return row.fail(invalid_unit("timestampdiff", unit_name));
    if (std::int64_t micros; __builtin_sub_overflow(to, from, &micros))
      return row.fail(long_overflow());
    return count_units(zone.to_local(from), zone.to_local(to), *unit);
  };
  return Result<std::decay_t<decltype(difference)>>(difference);
}

/// A function that is nullable only without ANSI.
template <class Signature, class Strict, class Lenient>
FunctionGroup::Bind by_ansi(Strict strict, Lenient lenient) {
  return [=](const FunctionCall& call) {
    return call.settings.ansi ? FunctionGroup::binder<Signature>(strict)(call)
                              : FunctionGroup::binder<Signature>(lenient)(call);
  };
}

Result<BoundExpressionPtr> bind_make_timestamp(const FunctionCall& call) {
  if (call.arguments.size() == 7)
    return by_ansi<Timestamp(Int, Int, Int, Int, Int, Double, String)>(
        make_timestamp_in_zone<OrError>, make_timestamp_in_zone<std::optional>)(call);
  return by_ansi<Timestamp(Int, Int, Int, Int, Int, Double)>(
      make_make_timestamp<OrError>, make_make_timestamp<std::optional>)(call);
}

Result<BoundExpressionPtr> bind_make_timestamp_ntz(const FunctionCall& call) {
  return by_ansi<TimestampNtz(Int, Int, Int, Int, Int, Double)>(
      make_make_timestamp<OrError, PartsOf::NoZone>,
      make_make_timestamp<std::optional, PartsOf::NoZone>)(call);
}

/// The function as it is without ANSI: NULL where it would fail.
template <Result<BoundExpressionPtr> (*kBind)(const FunctionCall&)>
Result<BoundExpressionPtr> without_ansi(const FunctionCall& call) {
  ExpressionSettings settings = call.settings;
  settings.ansi = false;
  return kBind(FunctionCall{call.name, call.arguments, false, settings, call.origin, call.syntax,
                            call.scope, call.functions});
}

/// A date and a number of days that is an INT at most, or a text.
template <class F>
FunctionGroup::Bind by_whole_days(F f) {
  return takes_only({TypeKind::Byte, TypeKind::Short, TypeKind::Int, TypeKind::String}, 1,
                    "(\"INT\" or \"SMALLINT\" or \"TINYINT\")", FunctionGroup::binder<Date(Date, Int)>(plain(f)));
}

Result<BoundExpressionPtr> bind_date_add(const FunctionCall& call) {
  if (call.arguments.size() == 3)
    return FunctionGroup::binder<Timestamp(String, Long, Timestamp)>(make_timestampadd)(call);
  return by_whole_days([](std::int32_t days, std::int32_t count) { return wrapped_sum(days, count); })(call);
}

Result<BoundExpressionPtr> bind_datediff(const FunctionCall& call) {
  if (call.arguments.size() == 3)
    return FunctionGroup::binder<Long(String, Timestamp, Timestamp)>(make_timestampdiff)(call);
  return FunctionGroup::binder<Int(Date, Date)>(
      plain([](std::int32_t later, std::int32_t earlier) {
        return wrapped_sum(later, -std::int64_t{earlier});
      }))(call);
}

}  // namespace

void register_time_arithmetic_functions(FunctionRegistry& registry) {
  FunctionGroup times(registry, "date and time");
  times.add_custom("date_add(date, days)", "The day so many days later.", bind_date_add)
      .alias("dateadd");
  times.add_custom("date_sub(date, days)", "The day so many days earlier.",
                   by_whole_days([](std::int32_t days, std::int32_t count) {
                     return wrapped_sum(days, -std::int64_t{count});
                   }));
  times.add_custom("datediff(later, earlier)", "Days between two dates.", bind_datediff)
      .alias("date_diff");
  times.add_bound<Timestamp(String, Long, Timestamp)>(
      "timestampadd(unit, count, timestamp)", "The instant so many units later.", make_timestampadd);
  times.add_bound<Long(String, Timestamp, Timestamp)>(
      "timestampdiff(unit, from, to)", "Whole units between two instants.", make_timestampdiff);
  times.add<Date(Date, Int)>("add_months(date, months)", "The same day of another month, or its last.",
                             add_months_to_date);
  times.add_bound<Double(Timestamp, Timestamp, Boolean)>(
      "months_between(later, earlier[, round])", "Months between two instants, 31 days each.",
      make_months_between, {Value{DataType(TypeKind::Boolean), true}});
  times.add<Date(Date)>("last_day(date)", "Last day of the month.", last_day);
  times.add_bound<Date(Date, String)>("next_day(date, weekday)",
                                      "The next such day of the week after a date.", make_next_day);
  times.add<Date(Date, String)>("trunc(date, unit)", "First day of the year, quarter, month or week.",
                                trunc_date);
  times.add_bound<Timestamp(String, Timestamp)>(
      "date_trunc(unit, timestamp)", "Start of the unit that an instant lies in.", make_date_trunc);
  times.add_custom("make_date(year, month, day)", "A date from its parts.",
                   by_ansi<Date(Int, Int, Int)>(make_make_date<OrError>,
                                                make_make_date<std::optional>));
  times.add_custom("make_timestamp(year, month, day, hour, minute, second[, zone])",
                   "An instant from the parts of local time.", bind_make_timestamp)
      .alias("make_timestamp_ltz");
  times.add_custom("make_timestamp_ntz(year, month, day, hour, minute, second)",
                   "A timestamp without zone from its parts.", bind_make_timestamp_ntz);
  times.add_custom("try_make_timestamp(year, month, day, hour, minute, second[, zone])",
                   "An instant from the parts of local time, NULL where there is none.",
                   without_ansi<bind_make_timestamp>)
      .alias("try_make_timestamp_ltz");
  times.add_custom("try_make_timestamp_ntz(year, month, day, hour, minute, second)",
                   "A timestamp without zone from its parts, NULL where there is none.",
                   without_ansi<bind_make_timestamp_ntz>);
}

}  // namespace millrace
