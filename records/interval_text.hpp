#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "records/result.hpp"
#include "records/type.hpp"

namespace millrace {

/// `10 seconds`, `interval 1 day 2 hours`, `1.5 seconds`, `-1 month`, `10ms`. Units year, month, week,
/// day, hour, minute, second, millisecond, microsecond (plural and short forms too). Errors:
/// INVALID_INTERVAL_FORMAT.* as Spark words them.
Result<CalendarInterval> parse_interval(std::string_view text);
/// `1-2` for year to month, `1 02:03:04.5` for day to second, `90` for a single unit, all with an optional
/// sign, or the whole `INTERVAL '...' DAY TO SECOND`. Months or microseconds.
Result<std::int64_t> parse_sql_interval(std::string_view text, const DataType& type);

/// `1 years 2 months 3 days 4 hours 5.5 seconds`; `0 seconds` for the empty interval.
void append_interval(std::string& out, const CalendarInterval& interval);
/// `INTERVAL '1 02:03:04.5' DAY TO SECOND`. Requires: a DayTimeInterval type.
void append_day_time_interval(std::string& out, std::int64_t micros, const DataType& type);
/// `INTERVAL '1-2' YEAR TO MONTH`. Requires: a YearMonthInterval type.
void append_year_month_interval(std::string& out, std::int32_t months, const DataType& type);

}  // namespace millrace
