#pragma once

#include "expressions/kernels/arithmetic.hpp"
#include "records/time_zone.hpp"

namespace millrace::kernels {

/// Adding takes the interval as it is, Subtract its negative.
enum class Direction { Add, Subtract };

/// Days added to dates wrap around as Java's int does; all else fails the row with ARITHMETIC_OVERFLOW
/// where the result does not fit, with or without ANSI.

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
/// Interval times or through a Double; rounds half up. Division by zero and overflow go by `on_error`.
BinaryKernel scale_interval_kernel(Arithmetic operation, TypeKind interval, OnError on_error);

}  // namespace millrace::kernels
