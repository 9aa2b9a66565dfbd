#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "records/result.hpp"
#include "records/time_zone.hpp"

namespace millrace {

/// A pattern of Java's DateTimeFormatter as Spark allows it: G y M L d D Q q E a h H k K m s S V z O X
/// x Z, quoted text, optional parts in brackets. Immutable; safe to share.
class DateTimePattern {
 public:
  /// Errors: a letter that Spark refuses, an open quote or bracket.
  static Result<DateTimePattern> compile(std::string_view pattern);

  void format(std::string& out, std::int64_t micros, const TimeZone& zone,
              std::string_view zone_name) const;
  /// How long a text stands for, in microseconds: local times that agree when divided by it, rounded down,
  /// have the same text. 0 where the pattern shows a zone: the same local time comes twice when clocks are set back.
  std::int64_t resolution() const;
  /// Microseconds since 1970 UTC. On failure the error's message is Java's: `Text 'bad' could not be
  /// parsed at index 0`.
  Result<std::int64_t> parse(std::string_view text, const TimeZone& zone) const;

  struct Part {
    char letter = 0;  // 0: literal; '[' and ']' enclose what may be missing
    int count = 0;
    std::string literal;
  };

 private:
  std::vector<Part> parts_;
};

/// `FEBRUARY`, by 1 to 12.
std::string_view upper_month_name(int month);
/// `Feb`, `Thu` (0 is Monday).
std::string_view short_month_name(int month);
std::string_view short_day_name(int weekday);

/// 0 is Monday.
int weekday_of(std::int64_t days);
/// Week of ISO 8601 and the year it belongs to.
struct IsoWeek {
  std::int64_t year;
  int week;
};
IsoWeek iso_week_of(std::int64_t days);
int day_of_year(std::int64_t days);

}  // namespace millrace
