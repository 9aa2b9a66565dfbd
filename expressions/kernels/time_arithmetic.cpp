#include "expressions/kernels/time_arithmetic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "records/calendar.hpp"

namespace millrace::kernels {

namespace {

std::int64_t add_months(std::int64_t days, std::int64_t months) {
  const CivilDate date = civil_from_days(days);
  const std::int64_t month = date.year * 12 + date.month - 1 + months;
  CivilDate result;
  result.year = floor_divide(month, 12);
  result.month = static_cast<int>(month - result.year * 12) + 1;
  result.day = std::min(date.day, days_in_month(result.year, result.month));
  return days_from_civil(result);
}

std::int64_t wrapped_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t add_interval(std::int64_t micros, const CalendarInterval& interval,
                          const TimeZone& zone) {
  if (interval.months == 0 && (interval.days == 0 || zone.is_utc()))
    return wrapped_add(wrapped_add(micros, interval.days * kMicrosPerDay), interval.microseconds);
  const std::int64_t local = zone.to_local(micros);
  const std::int64_t days = floor_divide(local, kMicrosPerDay);
  const std::int64_t time = local - days * kMicrosPerDay;
  const std::int64_t day = add_months(days, interval.months) + interval.days;
  return wrapped_add(zone.to_instant(day * kMicrosPerDay + time), interval.microseconds);
}

CalendarInterval interval_of(std::int64_t micros, std::int64_t sign) {
  const auto days = static_cast<std::int32_t>(micros / kMicrosPerDay);
  return {0, static_cast<std::int32_t>(sign) * days, sign * (micros % kMicrosPerDay)};
}
CalendarInterval interval_of(std::int32_t months, std::int64_t sign) {
  return {static_cast<std::int32_t>(sign * months), 0, 0};
}
CalendarInterval interval_of(const CalendarInterval& interval, std::int64_t sign) {
  return {static_cast<std::int32_t>(sign * interval.months),
          static_cast<std::int32_t>(sign * interval.days), sign * interval.microseconds};
}

/// f sees only rows that are not NULL.
template <class L, class R, class Out, class F>
BinaryKernel careful(F f) {
  return [f](EvalContext& context, const DataType& type, const ColumnRef& left,
             const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    auto copy = f;
    map_valid_pairs<L, R, Out>(*left, *right, rows, *out, copy);
    return out;
  };
}

template <class Interval>
BinaryKernel add_to_time(std::int64_t sign, const TimeZone& zone) {
  return careful<std::int64_t, Interval, std::int64_t>(
      [sign, zone](std::int64_t micros, const Interval& interval) {
        return add_interval(micros, interval_of(interval, sign), zone);
      });
}

std::int64_t sign_of(Direction direction) { return direction == Direction::Add ? 1 : -1; }

template <class T>
BinaryKernel scale_interval(Arithmetic operation, OnError on_error) {
  return [operation, on_error](EvalContext& context, const DataType& type, const ColumnRef& left,
                               const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    const bool divides = operation == Arithmetic::Divide;
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const double value = static_cast<double>(left->at<T>(row)), by = right->at<double>(row);
      const double exact = divides ? value / by : value * by;
      const double rounded = std::round(exact);  // away from zero at one half
      constexpr double kLimit = static_cast<double>(std::numeric_limits<T>::max());
      if (std::isfinite(exact) && std::abs(rounded) <= kLimit && !(divides && by == 0)) {
        out->mutable_values<T>()[row] = static_cast<T>(rounded);
        return;
      }
      if (on_error != OnError::Null)
        context.fail(row, divides && by == 0
                              ? spark_error("INTERVAL_DIVIDED_BY_ZERO", "22012",
                                            "Division by zero. Use `try_divide` to tolerate divisor "
                                            "being 0 and return NULL instead.")
                              : spark_error("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
                                            "22015", "Integer overflow while operating with intervals. "
                                            "Try devising appropriate values for the interval parameters."));
      out->set_null(row);
    });
    return out;
  };
}

}  // namespace

BinaryKernel add_to_time_kernel(const DataType& interval, Direction direction,
                                const TimeZone& zone) {
  const std::int64_t sign = sign_of(direction);
  switch (interval.kind()) {
    case TypeKind::DayTimeInterval: return add_to_time<std::int64_t>(sign, zone);
    case TypeKind::YearMonthInterval: return add_to_time<std::int32_t>(sign, zone);
    default: return add_to_time<CalendarInterval>(sign, zone);
  }
}

BinaryKernel add_months_kernel(Direction direction) {
  return careful<std::int32_t, std::int32_t, std::int32_t>(
      [sign = sign_of(direction)](std::int32_t days, std::int32_t months) {
        return static_cast<std::int32_t>(add_months(days, sign * months));
      });
}

BinaryKernel add_days_kernel(Direction direction) {
  return careful<std::int32_t, std::int32_t, std::int32_t>(
      [sign = sign_of(direction)](std::int32_t days, std::int32_t more) {
        return static_cast<std::int32_t>(days + sign * more);
      });
}

BinaryKernel add_day_interval_kernel(Direction direction) {
  return careful<std::int32_t, std::int64_t, std::int32_t>(
      [sign = sign_of(direction)](std::int32_t days, std::int64_t micros) {
        return static_cast<std::int32_t>(days + sign * (micros / kMicrosPerDay));
      });
}

BinaryKernel subtract_dates_kernel() {
  return careful<std::int32_t, std::int32_t, std::int64_t>([](std::int32_t a, std::int32_t b) {
    return (std::int64_t{a} - b) * kMicrosPerDay;
  });
}

BinaryKernel subtract_times_kernel(const TimeZone& zone) {
  return careful<std::int64_t, std::int64_t, std::int64_t>(
      [zone](std::int64_t a, std::int64_t b) { return zone.to_local(a) - zone.to_local(b); });
}

BinaryKernel scale_interval_kernel(Arithmetic operation, TypeKind interval, OnError on_error) {
  return interval == TypeKind::DayTimeInterval ? scale_interval<std::int64_t>(operation, on_error)
                                               : scale_interval<std::int32_t>(operation, on_error);
}

}  // namespace millrace::kernels
