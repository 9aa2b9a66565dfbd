#pragma once

#include <optional>

#include "expressions/kernels/arithmetic.hpp"
#include "records/time_zone.hpp"

namespace millrace::kernels {

/// Adding takes the interval as it is, Subtract its negative.
enum class Direction { Add, Subtract };

/// Date plus a calendar interval, which stays a date: with `on_error` Fail an interval with a time of day fails the row,
/// else the day is taken on which the time in `zone` ends up.
BinaryKernel add_calendar_interval_kernel(Direction direction, const TimeZone& zone, OnError on_error);

/// Days added to dates wrap around as Java's int does; all else fails the row with ARITHMETIC_OVERFLOW
/// where the result does not fit, with or without ANSI.

/// Instant plus an interval in the calendar of `zone`: what add_to_time_kernel computes for a row.
std::optional<std::int64_t> add_to_instant(std::int64_t micros, const CalendarInterval& interval, const TimeZone& zone);

/// Timestamp or TimestampNtz (UTC `zone`) plus an interval: months first (the day is cut to the month's
/// last), then days in the zone's calendar, then microseconds.
BinaryKernel add_to_time_kernel(const DataType& interval, Direction direction,
                                const TimeZone& zone);
/// Date plus months.
BinaryKernel add_months_kernel(Direction direction);
/// Date plus days (Int).
BinaryKernel add_days_kernel(Direction direction);
/// Day-time interval (days only) added to a date.
BinaryKernel add_day_interval_kernel(Direction direction);
/// Difference of two dates as microseconds.
BinaryKernel subtract_dates_kernel();
/// Difference of two timestamps as the clock of `zone` shows them.
BinaryKernel subtract_times_kernel(const TimeZone& zone);
/// Interval times or through a number of type `factor`, which is Long, Double or a decimal; rounds half up. Division by
/// zero and overflow go by `on_error`.
BinaryKernel scale_interval_kernel(Arithmetic operation, TypeKind interval, const DataType& factor, OnError on_error);

}  // namespace millrace::kernels
