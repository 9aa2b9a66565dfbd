#include "expressions/kernels/time_arithmetic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "records/calendar.hpp"
#include "records/decimal.hpp"

namespace millrace::kernels {

namespace {

constexpr const char* kLongOverflow = "long overflow.";
constexpr const char* kIntegerOverflow = "integer overflow.";

std::int64_t add_months(std::int64_t days, std::int64_t months) {
  const CivilDate date = civil_from_days(days);
  const std::int64_t month = date.year * 12 + date.month - 1 + months;
  CivilDate result;
  result.year = floor_divide(month, 12);
  result.month = static_cast<int>(month - result.year * 12) + 1;
  result.day = std::min(date.day, days_in_month(result.year, result.month));
  return days_from_civil(result);
}

/// base + factor * count * unit; false when it does not fit. Requires: factor is 1 or -1.
bool add_scaled(std::int64_t base, std::int64_t factor, std::int64_t count, std::int64_t unit,
                std::int64_t& out) {
  std::int64_t product;
  if (__builtin_mul_overflow(count, unit, &product)) return false;
  return factor > 0 ? !__builtin_add_overflow(base, product, &out)
                    : !__builtin_sub_overflow(base, product, &out);
}

/// False when the sum is no instant.
bool add_interval(std::int64_t micros, const CalendarInterval& interval, std::int64_t sign,
                  const TimeZone& zone, std::int64_t& out) {
  if (interval.months == 0 && (interval.days == 0 || zone.is_utc()))
    return add_scaled(micros, sign, interval.days, kMicrosPerDay, out) &&
           add_scaled(out, sign, interval.microseconds, 1, out);
  const std::int64_t local = zone.to_local(micros);
  const std::int64_t days = floor_divide(local, kMicrosPerDay);
  const std::int64_t day = add_months(days, sign * interval.months) + sign * interval.days;
  return add_scaled(local, 1, day - days, kMicrosPerDay, out) &&
         add_scaled(zone.to_instant(out), sign, interval.microseconds, 1, out);
}

CalendarInterval interval_of(std::int64_t micros) {
  return {0, static_cast<std::int32_t>(micros / kMicrosPerDay), micros % kMicrosPerDay};
}
CalendarInterval interval_of(std::int32_t months) { return {months, 0, 0}; }
const CalendarInterval& interval_of(const CalendarInterval& interval) { return interval; }

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

/// As `careful`; f(left, right, result) is false where the result does not fit. Such rows fail with or
/// without ANSI: Spark computes with Java's exact arithmetic here.
template <class L, class R, class Out, class F>
BinaryKernel exact(const char* what, F f) {
  return [f, what](EvalContext& context, const DataType& type, const ColumnRef& left,
                   const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    Out* values = out->mutable_values<Out>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      Out result{};
      const bool fits = f(left->at<L>(row), right->at<R>(row), result);
      values[row] = result;
      if (fits) return;
      context.fail(row, spark_error("ARITHMETIC_OVERFLOW", "22003", what));
      out->set_null(row);
    });
    return out;
  };
}

template <class Interval>
BinaryKernel add_to_time(std::int64_t sign, const TimeZone& zone) {
  return exact<std::int64_t, Interval, std::int64_t>(
      kLongOverflow,
      [sign, zone](std::int64_t micros, const Interval& interval, std::int64_t& out) {
        return add_interval(micros, interval_of(interval), sign, zone, out);
      });
}

std::int64_t sign_of(Direction direction) { return direction == Direction::Add ? 1 : -1; }

Error interval_overflow(bool divides) {
  if (divides)
    return spark_error("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", "22015",
                       "Integer overflow while operating with intervals. Use `try_divide` to tolerate overflow and "
                       "return NULL instead.");
  return spark_error("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015",
                     "Integer overflow while operating with intervals. Try devising appropriate values for the "
                     "interval parameters.");
}

Error interval_divided_by_zero() {
  return spark_error("INTERVAL_DIVIDED_BY_ZERO", "22012",
                     "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.");
}

/// The quotient, away from zero at one half.
Int128 rounded_quotient(Int128 value, Int128 by) {
  const Int128 size = value < 0 ? -value : value, parts = by < 0 ? -by : by;
  const Int128 quotient = (2 * size + parts) / (2 * parts);
  return (value < 0) == (by < 0) ? quotient : -quotient;
}

/// Products and quotients of an interval with each kind of number; empty where no 128 bits hold them. Requires: `by`
/// is not 0 when it divides.
std::optional<Int128> scaled(bool divides, std::int64_t value, std::int64_t by) {
  return divides ? rounded_quotient(value, by) : Int128{value} * by;
}

std::optional<Int128> scaled(bool divides, std::int64_t value, double by) {
  const double rounded = std::round(divides ? static_cast<double>(value) / by : static_cast<double>(value) * by);
  if (!(std::abs(rounded) <= 9223372036854775808.0)) return std::nullopt;
  return static_cast<Int128>(rounded);
}

std::optional<Int128> scaled(bool divides, std::int64_t value, Int128 by, int scale) {
  return compute_decimal(divides ? DecimalOperation::Divide : DecimalOperation::Multiply, value, 0, by, scale,
                         DataType::decimal(kMaxDecimalPrecision, 0));
}

/// `scale` is that of a decimal factor.
template <class T, class Factor>
BinaryKernel scale_interval(Arithmetic operation, [[maybe_unused]] int scale, OnError on_error) {
  return [=](EvalContext& context, const DataType& type, const ColumnRef& left, const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    const bool divides = operation == Arithmetic::Divide;
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const Factor by = right->at<Factor>(row);
      const bool by_zero = divides && by == 0;
      std::optional<Int128> result;
      if constexpr (std::is_same_v<Factor, Int128>) {
        if (!by_zero) result = scaled(divides, left->at<T>(row), by, scale);
      } else {
        if (!by_zero) result = scaled(divides, left->at<T>(row), by);
      }
      if (result && static_cast<T>(*result) == *result) {
        out->mutable_values<T>()[row] = static_cast<T>(*result);
        return;
      }
      if (on_error != OnError::Null)
        context.fail(row, by_zero ? interval_divided_by_zero() : interval_overflow(divides));
      out->set_null(row);
    });
    return out;
  };
}

template <class T>
BinaryKernel scale_interval(Arithmetic operation, const DataType& factor, OnError on_error) {
  switch (factor.kind()) {
    case TypeKind::Long: return scale_interval<T, std::int64_t>(operation, 0, on_error);
    case TypeKind::Decimal: return scale_interval<T, Int128>(operation, factor.scale(), on_error);
    default: return scale_interval<T, double>(operation, 0, on_error);
  }
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
  return exact<std::int32_t, std::int32_t, std::int32_t>(
      kIntegerOverflow,
      [sign = sign_of(direction)](std::int32_t days, std::int32_t months, std::int32_t& out) {
        const std::int64_t sum = add_months(days, sign * months);
        out = static_cast<std::int32_t>(sum);
        return out == sum;
      });
}

BinaryKernel add_calendar_interval_kernel(Direction direction, const TimeZone& zone, OnError on_error) {
  const std::int64_t sign = sign_of(direction);
  return exact<std::int32_t, CalendarInterval, std::int32_t>(
      kIntegerOverflow, [=](std::int32_t days, const CalendarInterval& interval, std::int32_t& out) {
        std::int64_t sum = add_months(days, sign * interval.months) + sign * interval.days;
        if (interval.microseconds != 0) {
          std::int64_t start, end;
          if (on_error == OnError::Fail || __builtin_mul_overflow(std::int64_t{days}, kMicrosPerDay, &start) ||
              !add_interval(zone.to_instant(start), interval, sign, zone, end))
            return false;
          sum = floor_divide(zone.to_local(end), kMicrosPerDay);
        }
        out = static_cast<std::int32_t>(sum);
        return out == sum;
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
  return exact<std::int32_t, std::int32_t, std::int64_t>(
      kLongOverflow, [](std::int32_t a, std::int32_t b, std::int64_t& out) {
        return !__builtin_mul_overflow(std::int64_t{a} - b, kMicrosPerDay, &out);
      });
}

BinaryKernel subtract_times_kernel(const TimeZone& zone) {
  return exact<std::int64_t, std::int64_t, std::int64_t>(
      kLongOverflow, [zone](std::int64_t a, std::int64_t b, std::int64_t& out) {
        const Int128 shift = Int128{zone.offset_at(a) - zone.offset_at(b)} * kMicrosPerSecond;
        const Int128 difference = Int128{a} - b + shift;
        out = static_cast<std::int64_t>(difference);
        return out == difference;
      });
}

BinaryKernel scale_interval_kernel(Arithmetic operation, TypeKind interval, const DataType& factor, OnError on_error) {
  return interval == TypeKind::DayTimeInterval ? scale_interval<std::int64_t>(operation, factor, on_error)
                                               : scale_interval<std::int32_t>(operation, factor, on_error);
}

std::optional<std::int64_t> add_to_instant(std::int64_t micros, const CalendarInterval& interval,
                                           const TimeZone& zone) {
  std::int64_t sum;
  return add_interval(micros, interval, 1, zone, sum) ? std::optional(sum) : std::nullopt;
}

}  // namespace millrace::kernels
