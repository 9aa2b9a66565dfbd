#include "records/calendar.hpp"
#include "records/datetime_pattern.hpp"

namespace millrace {

std::string_view upper_month_name(int month) {
  static constexpr std::string_view kNames[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                                "MAY",       "JUNE",     "JULY",     "AUGUST",
                                                "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
  return kNames[month - 1];
}

std::string_view short_month_name(int month) {
  static constexpr std::string_view kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return kNames[month - 1];
}

std::string_view short_day_name(int weekday) {
  static constexpr std::string_view kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return kNames[weekday];
}

int weekday_of(std::int64_t days) {
  const std::int64_t from_monday = days + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(from_monday - floor_divide(from_monday, 7) * 7);
}

int day_of_year(std::int64_t days) {
  return static_cast<int>(days - days_from_civil({civil_from_days(days).year, 1, 1})) + 1;
}

IsoWeek iso_week_of(std::int64_t days) {
  const std::int64_t thursday = days - weekday_of(days) + 3;
  return {civil_from_days(thursday).year, (day_of_year(thursday) - 1) / 7 + 1};
}

}  // namespace millrace
