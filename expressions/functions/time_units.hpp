#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "records/result.hpp"

namespace millrace {

/// Units of time in the order of their length.
enum class TimeUnit {
  Microsecond,
  Millisecond,
  Second,
  Minute,
  Hour,
  Day,
  Week,
  Month,
  Quarter,
  Year,
};

/// Spark's names of date_trunc: `year yyyy yy quarter month mon mm week day dd hour ...`, any case.
std::optional<TimeUnit> time_unit_named(std::string_view name);
Error invalid_unit(std::string_view function, std::string_view name);

/// Length of a unit up to Week.
std::int64_t micros_of(TimeUnit unit);
/// Day of the same number `months` later, the last one where that month is shorter.
std::int64_t add_months(std::int64_t days, std::int64_t months);
/// First day of the unit. Requires: Day or longer.
std::int64_t truncate_days(std::int64_t days, TimeUnit unit);
/// Start of the unit; empty when no instant can hold it.
std::optional<std::int64_t> truncate_local(std::int64_t local_micros, TimeUnit unit);
/// Local time `count` units later; months keep the day where they can. Empty when it does not fit.
std::optional<std::int64_t> add_units(std::int64_t local_micros, std::int64_t count, TimeUnit unit);
/// Whole units from one local time to another, negative backwards.
std::int64_t count_units(std::int64_t from, std::int64_t to, TimeUnit unit);

}  // namespace millrace
