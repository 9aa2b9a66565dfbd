#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/value_access.hpp"
#include "records/calendar.hpp"
#include "records/datetime_pattern.hpp"

namespace millrace {

namespace {

using namespace sql;

std::int32_t year_of(std::int32_t days) {
  return static_cast<std::int32_t>(civil_from_days(days).year);
}
std::int32_t month_of(std::int32_t days) { return civil_from_days(days).month; }
std::int32_t day_of(std::int32_t days) { return civil_from_days(days).day; }
std::int32_t quarter_of(std::int32_t days) { return (month_of(days) + 2) / 3; }
std::int32_t year_day_of(std::int32_t days) { return day_of_year(days); }
std::int32_t monday_first(std::int32_t days) { return weekday_of(days); }
std::int32_t sunday_first(std::int32_t days) { return (weekday_of(days) + 1) % 7 + 1; }
std::int32_t iso_weekday(std::int32_t days) { return weekday_of(days) + 1; }
std::int32_t week_of(std::int32_t days) { return iso_week_of(days).week; }
std::int32_t week_year_of(std::int32_t days) {
  return static_cast<std::int32_t>(iso_week_of(days).year);
}

std::int64_t micros_of_day(std::int64_t local) {
  return floor_remainder(local, kMicrosPerDay);
}

/// A field of the local time: micros of the day divided and wrapped.
template <std::int64_t Divisor, std::int64_t Modulus>
auto clock_field(const FunctionCall& call, const Arguments&) {
  const auto field = [zone = session_zone(call)](std::int64_t micros) {
    return static_cast<std::int32_t>(micros_of_day(zone.to_local(micros)) / Divisor % Modulus);
  };
  return Result<std::decay_t<decltype(field)>>(field);
}

/// A field of the clock: of a timestamp without zone as it stands there.
template <std::int64_t Divisor, std::int64_t Modulus>
Result<BoundExpressionPtr> bind_clock_field(const FunctionCall& call) {
  if (!is_kind(call, 0, TypeKind::TimestampNtz))
    return FunctionGroup::binder<Int(Timestamp)>(clock_field<Divisor, Modulus>)(call);
  return FunctionGroup::binder<Int(TimestampNtz)>(plain([](std::int64_t local) {
    return static_cast<std::int32_t>(micros_of_day(local) / Divisor % Modulus);
  }))(call);
}

constexpr std::int64_t kMinute = 60 * kMicrosPerSecond;
constexpr std::int64_t kHour = 60 * kMinute;

/// Seconds with fraction as decimal(8,6).
Result<BoundExpressionPtr> bind_seconds(const FunctionCall& call) {
  Result<Arguments> arguments = coerce_arguments(call, {DataType(TypeKind::Timestamp)});
  if (!arguments) return arguments.error();
  const bool nullable = any_nullable(*arguments);
  return make_call(DataType::decimal(8, 6), nullable, std::move(*arguments),
                   [zone = session_zone(call)](EvalContext&, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
                     const detail::Reader<Timestamp> micros(*columns[0]);
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       out.mutable_values<Int128>()[row] =
                           floor_remainder(zone.to_local(micros[row]), kMinute);
                     });
                   });
}

/// One field of an interval: what is left of the units above it.
struct IntervalField {
  std::string_view name;
  TypeKind interval;
  TypeKind result;
  std::int64_t unit;  // months or microseconds
  std::int64_t wrap;  // in the unit; 0 for the topmost field
};

constexpr IntervalField kIntervalFields[] = {
    {"year", TypeKind::YearMonthInterval, TypeKind::Int, 12, 0},
    {"month", TypeKind::YearMonthInterval, TypeKind::Byte, 1, 12},
    {"day", TypeKind::DayTimeInterval, TypeKind::Int, kMicrosPerDay, 0},
    {"hour", TypeKind::DayTimeInterval, TypeKind::Byte, kHour, 24},
    {"minute", TypeKind::DayTimeInterval, TypeKind::Byte, kMinute, 60}};

void put_number(Column& out, std::uint32_t row, std::int64_t number) {
  if (out.type().kind() == TypeKind::Byte)
    out.mutable_values<std::int8_t>()[row] = static_cast<std::int8_t>(number);
  else if (out.type().kind() == TypeKind::Int)
    out.mutable_values<std::int32_t>()[row] = static_cast<std::int32_t>(number);
  else
    out.mutable_values<Int128>()[row] = number;
}

BoundExpressionPtr interval_field(const BoundExpressionPtr& interval, const DataType& result,
                                  std::int64_t unit, std::int64_t wrap) {
  return make_call(result, {interval},
                   [unit, wrap](EvalContext&, const std::vector<ColumnRef>& columns, Rows rows,
                                Column& out) {
                     const Column& in = *columns[0];
                     const bool months = in.type().kind() == TypeKind::YearMonthInterval;
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       const std::int64_t value =
                           months ? in.at<std::int32_t>(row) : in.at<std::int64_t>(row);
                       put_number(out, row, wrap == 0 ? value / unit : value / unit % wrap);
                     });
                   });
}

/// Null when the interval has no such field. Seconds are decimal(8,6).
BoundExpressionPtr bind_interval_field(const BoundExpressionPtr& interval, std::string_view name) {
  const TypeKind kind = interval->type().kind();
  if (name == "seconds" && kind == TypeKind::DayTimeInterval)
    return interval_field(interval, DataType::decimal(8, 6), 1, kMinute);
  for (const IntervalField& field : kIntervalFields)
    if (field.name == name && field.interval == kind)
      return interval_field(interval, DataType(field.result), field.unit, field.wrap);
  return nullptr;
}

bool is_sql_interval(const BoundExpressionPtr& source) {
  return source && (source->type().kind() == TypeKind::DayTimeInterval ||
                    source->type().kind() == TypeKind::YearMonthInterval);
}

struct FieldName {
  std::string_view name;
  const char* function;  // the function that gives it
};

constexpr FieldName kFields[] = {
    {"YEAR", "year"},          {"Y", "year"},          {"YEARS", "year"},
    {"YR", "year"},            {"YRS", "year"},        {"YEAROFWEEK", "weekofyear_year"},
    {"QUARTER", "quarter"},    {"QTR", "quarter"},     {"MONTH", "month"},
    {"MON", "month"},          {"MONS", "month"},      {"MONTHS", "month"},
    {"WEEK", "weekofyear"},    {"W", "weekofyear"},    {"WEEKS", "weekofyear"},
    {"DAY", "day"},            {"D", "day"},           {"DAYS", "day"},
    {"DAYOFWEEK", "dayofweek"}, {"DOW", "dayofweek"},  {"DAYOFWEEK_ISO", "isoweekday"},
    {"DOW_ISO", "isoweekday"}, {"DOY", "dayofyear"},   {"HOUR", "hour"},
    {"H", "hour"},             {"HOURS", "hour"},      {"HR", "hour"},
    {"HRS", "hour"},           {"MINUTE", "minute"},   {"M", "minute"},
    {"MIN", "minute"},         {"MINS", "minute"},     {"MINUTES", "minute"},
    {"SECOND", "seconds"},     {"S", "seconds"},       {"SEC", "seconds"},
    {"SECONDS", "seconds"},    {"SECS", "seconds"}};

Error unknown_field(const FunctionCall& call, const std::string& field) {
  const std::string type = call.arguments[1] ? call.arguments[1]->type().to_sql() : "VOID";
  return row_error("INVALID_EXTRACT_FIELD", "42601",
                   "Cannot extract `" + field + "` from \"" + type + "\".");
}

using Bind = FunctionGroup::Bind;

Bind bind_of_field(std::string_view function) {
  const auto days = [](auto f) -> Bind { return FunctionGroup::binder<Int(Date)>(plain(f)); };
  if (function == "year") return days(year_of);
  if (function == "weekofyear_year") return days(week_year_of);
  if (function == "quarter") return days(quarter_of);
  if (function == "month") return days(month_of);
  if (function == "weekofyear") return days(week_of);
  if (function == "day") return days(day_of);
  if (function == "dayofweek") return days(sunday_first);
  if (function == "isoweekday") return days(iso_weekday);
  if (function == "dayofyear") return days(year_day_of);
  if (function == "hour")
    return FunctionGroup::binder<Int(Timestamp)>(clock_field<kHour, 24>);
  if (function == "minute")
    return FunctionGroup::binder<Int(Timestamp)>(clock_field<kMinute, 60>);
  return bind_seconds;
}

/// extract(field, source): the field is a constant.
Result<BoundExpressionPtr> bind_extract(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  const std::optional<std::string> field =
      call.arguments[0] ? constant_text(*call.arguments[0]) : std::nullopt;
  if (!field)
    return type_mismatch(call, "NON_FOLDABLE_INPUT",
                         "the input `field` should be a foldable \"STRING\" expression");
  for (const FieldName& known : kFields) {
    if (!equal_ignoring_case(known.name, *field)) continue;
    if (is_sql_interval(call.arguments[1])) {
      auto bound = bind_interval_field(call.arguments[1], known.function);
      return bound ? Result<BoundExpressionPtr>(bound) : unknown_field(call, *field);
    }
    const std::vector<ExpressionPtr> syntax{call.syntax[1]};
    const FunctionCall source{call.name,     {call.arguments[1]}, false,         call.settings,
                              call.origin,   syntax,              call.scope,    call.functions};
    return bind_of_field(known.function)(source);
  }
  return unknown_field(call, *field);
}

}  // namespace

void register_time_field_functions(FunctionRegistry& registry) {
  FunctionGroup times(registry, "date and time");
  times.add<Int(Date)>("year(date)", "Year.", year_of);
  times.add<Int(Date)>("quarter(date)", "Quarter from 1 to 4.", quarter_of);
  times.add<Int(Date)>("month(date)", "Month from 1 to 12.", month_of);
  times.add<Int(Date)>("day(date)", "Day of the month.", day_of).alias("dayofmonth");
  times.add<Int(Date)>("dayofweek(date)", "Day of the week, 1 is Sunday.", sunday_first);
  times.add<Int(Date)>("weekday(date)", "Day of the week, 0 is Monday.", monday_first);
  times.add<Int(Date)>("dayofyear(date)", "Day of the year.", year_day_of);
  times.add<Int(Date)>("weekofyear(date)", "Week of the year by ISO 8601.", week_of);
  times.add<String(Date)>("dayname(date)", "Name of the day, three letters.", [](std::int32_t days) {
    return short_day_name(weekday_of(days));
  });
  times.add<String(Date)>("monthname(date)", "Name of the month, three letters.",
                          [](std::int32_t days) { return short_month_name(month_of(days)); });
  times.add_custom("hour(timestamp)", "Hour of the local time.", bind_clock_field<kHour, 24>);
  times.add_custom("minute(timestamp)", "Minute of the local time.", bind_clock_field<kMinute, 60>);
  times.add_custom("second(timestamp)", "Second of the local time.", bind_clock_field<kMicrosPerSecond, 60>);
  times.add_custom("extract(field, source)", "A field of a date or timestamp by name.", bind_extract)
      .alias("date_part")
      .alias("datepart");
}

}  // namespace millrace
