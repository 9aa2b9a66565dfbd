#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"

#include <cmath>

// Intervals from their parts.
namespace millrace {

namespace {

using namespace sql;

struct Interval : Tag<TypeKind::CalendarInterval, CalendarInterval> {};
struct DayTime {
  using Stored = std::int64_t;
  using Passed = std::int64_t;
  static DataType type() { return DataType::day_time_interval(); }
};
struct YearMonth {
  using Stored = std::int32_t;
  using Passed = std::int32_t;
  static DataType type() { return DataType::year_month_interval(); }
};

constexpr Int128 kMicrosPerHour = Int128{3'600'000'000};
constexpr Int128 kMicrosPerDay = 24 * kMicrosPerHour;

/// `seconds` has at most six digits behind the point.
Int128 micros_of(std::int32_t hours, std::int32_t minutes, double seconds) {
  return hours * kMicrosPerHour + minutes * Int128{60'000'000} + std::llround(seconds * 1e6);
}

template <class T>
bool fits(Int128 value) {
  return value == static_cast<T>(value);
}

Error interval_overflow(const char* function) {
  return row_error("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", "22015",
                   "Integer overflow while operating with intervals. Use `" +
                       std::string(function) + "` to tolerate overflow and return NULL instead.");
}

template <bool IsTry>
auto make_make_interval(const FunctionCall& call, const Arguments&) {
  const auto make = [fails = call.settings.ansi && !IsTry](
                        CallRow& row, std::int32_t years, std::int32_t months, std::int32_t weeks,
                        std::int32_t days, std::int32_t hours, std::int32_t minutes,
                        double seconds) -> std::optional<CalendarInterval> {
    const Int128 all_months = years * Int128{12} + months;
    const Int128 all_days = weeks * Int128{7} + days;
    const Int128 micros = micros_of(hours, minutes, seconds);
    if (fits<std::int32_t>(all_months) && fits<std::int32_t>(all_days) &&
        fits<std::int64_t>(micros))
      return CalendarInterval{static_cast<std::int32_t>(all_months),
                              static_cast<std::int32_t>(all_days),
                              static_cast<std::int64_t>(micros)};
    if (!fails) return std::nullopt;
    return row.fail(interval_overflow("try_make_interval"));
  };
  return Result<std::decay_t<decltype(make)>>(make);
}

OrError<std::int64_t> make_day_time(CallRow& row, std::int32_t days, std::int32_t hours,
                                    std::int32_t minutes, double seconds) {
  const Int128 micros = days * kMicrosPerDay + micros_of(hours, minutes, seconds);
  if (fits<std::int64_t>(micros)) return static_cast<std::int64_t>(micros);
  return row.fail(long_overflow());
}

OrError<std::int32_t> make_year_month(CallRow& row, std::int32_t years, std::int32_t months) {
  const Int128 all = years * Int128{12} + months;
  if (fits<std::int32_t>(all)) return static_cast<std::int32_t>(all);
  return row.fail(integer_overflow());
}

}  // namespace

void register_interval_functions(FunctionRegistry& registry) {
  FunctionGroup times(registry, "date and time");
  const Value zero = int_value(0);
  const Value no_seconds{DataType(TypeKind::Double), 0.0};
  const std::vector<Value> seven{zero, zero, zero, zero, zero, zero, no_seconds};
  times.add_bound<Interval(Int, Int, Int, Int, Int, Int, Double)>(
      "make_interval([years, months, weeks, days, hours, minutes, seconds])",
      "An interval from its parts; what is left out is 0.", make_make_interval<false>, seven);
  times.add_bound<Interval(Int, Int, Int, Int, Int, Int, Double)>(
      "try_make_interval([years, months, weeks, days, hours, minutes, seconds])",
      "The same, NULL on overflow.", make_make_interval<true>, seven);
  times.add<DayTime(Int, Int, Int, Double)>("make_dt_interval([days, hours, minutes, seconds])",
                                            "An interval of days to seconds from its parts.",
                                            make_day_time, {zero, zero, zero, no_seconds});
  times.add<YearMonth(Int, Int)>("make_ym_interval([years, months])",
                                 "An interval of years and months from its parts.", make_year_month,
                                 {zero, zero});
}

}  // namespace millrace
