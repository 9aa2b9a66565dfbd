#include "records/datetime_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "records/calendar.hpp"

namespace millrace {

namespace {

constexpr std::string_view kLetters = "GyMLdDQqEahHkKmsSVzOXxZ";
constexpr std::string_view kWeekBased = "YWwuec";

Error pattern_error(std::string_view error_class, std::string message) {
  Error error = make_error(ErrorKind::QueryFailed, std::move(message));
  error.error_class = error_class;
  error.sql_state = "42K0B";
  return error;
}

Error bad_pattern(std::string_view pattern, char letter) {
  const std::string start =
      "You may get a different result due to the upgrading to Spark >= 3.0:\n";
  if (letter != 'u' && kWeekBased.find(letter) != kWeekBased.npos)
    return pattern_error("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
                     fmt::format("{}All week-based patterns are unsupported since Spark 3.0, "
                                 "detected week-based character: {}.\nPlease use the SQL function "
                                 "EXTRACT instead.",
                                 start, letter));
  return pattern_error("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
                   fmt::format("{}Fail to recognize '{}' pattern in the DateTimeFormatter.\n1) You "
                               "can set \"spark.sql.legacy.timeParserPolicy\" to \"LEGACY\" to "
                               "restore the behavior before Spark 3.0.\n2) You can form a valid "
                               "datetime pattern with the guide from "
                               "'https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html'.",
                               start, pattern));
}

/// Text up to the closing quote; `''` is a quote. Moves `i` behind it; false when it is open.
bool read_quoted(std::string_view pattern, std::size_t& i, std::string& literal) {
  if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
    literal += '\'';
    i += 2;
    return true;
  }
  for (++i; i < pattern.size(); ++i) {
    if (pattern[i] != '\'') literal += pattern[i];
    else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') literal += pattern[i++];
    else return ++i, true;
  }
  return false;
}

struct Clock {
  CivilDate date;
  std::int64_t days;
  int hour, minute, second, micros;
};

Clock clock_of(std::int64_t local) {
  const std::int64_t days = floor_divide(local, kMicrosPerDay);
  const std::int64_t rest = floor_remainder(local, kMicrosPerDay);
  const auto seconds = static_cast<int>(rest / kMicrosPerSecond);
  return {civil_from_days(days), days, seconds / 3600, seconds / 60 % 60, seconds % 60,
          static_cast<int>(rest % kMicrosPerSecond)};
}

/// Requires: number >= 0.
void put_number(std::string& out, std::int64_t number, int width) {
  char digits[20];
  const char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  for (auto missing = width - (end - digits); missing > 0; --missing) out += '0';
  out.append(static_cast<const char*>(digits), end);
}

std::string capitalized(std::string_view upper) {
  std::string name(upper);
  for (std::size_t i = 1; i < name.size(); ++i) name[i] = static_cast<char>(name[i] | 0x20);
  return name;
}

void put_month(std::string& out, int month, int count) {
  if (count <= 2) put_number(out, month, count);
  else if (count == 3) out += short_month_name(month);
  else out += capitalized(upper_month_name(month));
}

void put_weekday(std::string& out, int weekday, int count) {
  static constexpr std::string_view kNames[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday"};
  out += count < 4 ? short_day_name(weekday) : kNames[weekday];
}

/// The year of the era where the pattern names the era, else years before 1 are 0 and below.
void put_year(std::string& out, std::int64_t year, int count, bool has_era) {
  const bool negative = !has_era && year < 0;
  const std::int64_t shown = negative ? -year : has_era && year <= 0 ? 1 - year : year;
  if (count == 2) return put_number(out, shown % 100, 2);
  if (negative) out += '-';
  else if (count >= 4 && shown > 9999) out += '+';
  put_number(out, shown, count);
}

void put_quarter(std::string& out, int quarter, int count) {
  static constexpr std::string_view kSuffixes[] = {"st", "nd", "rd", "th"};
  if (count <= 2) put_number(out, quarter, count);
  else if (count == 3) out += fmt::format("Q{}", quarter);
  else out += fmt::format("{}{} quarter", quarter, kSuffixes[quarter - 1]);
}

void put_fraction(std::string& out, int micros, int count) {
  const std::string digits = fmt::format("{:06}000", micros);
  out.append(digits, 0, static_cast<std::size_t>(count));
}

/// X: `Z` for zero; x: never. One letter: hours, minutes when there are; 2 and 4 without colon.
void put_offset(std::string& out, int seconds, int count, bool zulu) {
  if (zulu && seconds == 0) return void(out += 'Z');
  const int magnitude = seconds < 0 ? -seconds : seconds;
  const int hours = magnitude / 3600, minutes = magnitude / 60 % 60, rest = magnitude % 60;
  const char* colon = count == 3 || count == 5 ? ":" : "";
  out += fmt::format("{}{:02}", seconds < 0 ? '-' : '+', hours);
  if (count > 1 || minutes != 0) out += fmt::format("{}{:02}", colon, minutes);
  if (count > 3 && rest != 0) out += fmt::format("{}{:02}", colon, rest);
}

void put_gmt_offset(std::string& out, int seconds, bool full) {
  out += "GMT";
  if (seconds == 0) return;
  const int magnitude = seconds < 0 ? -seconds : seconds;
  if (full) return put_offset(out, seconds, 3, false);
  out += fmt::format("{}{}", seconds < 0 ? '-' : '+', magnitude / 3600);
  if (magnitude / 60 % 60 != 0) out += fmt::format(":{:02}", magnitude / 60 % 60);
}

void put_zone(std::string& out, char letter, int count, int offset, std::string_view name) {
  switch (letter) {
    case 'V': return void(out += name);
    case 'z':
      return void(out += count == 4 && name == "UTC" ? "Coordinated Universal Time" : name);
    case 'O': return put_gmt_offset(out, offset, count == 4);
    case 'X': return put_offset(out, offset, count, true);
    case 'x': return put_offset(out, offset, count, false);
    default: break;
  }
  if (count < 4) put_offset(out, offset, 2, false);
  else if (count == 4) put_gmt_offset(out, offset, true);
  else put_offset(out, offset, 5, true);
}

void put_field(std::string& out, const DateTimePattern::Part& part, const Clock& clock, bool has_era) {
  const int count = part.count;
  switch (part.letter) {
    case 'G': return void(out += count == 4 ? (clock.date.year > 0 ? "Anno Domini" : "Before Christ")
                                            : (clock.date.year > 0 ? "AD" : "BC"));
    case 'y': return put_year(out, clock.date.year, count, has_era);
    case 'M':
    case 'L': return put_month(out, clock.date.month, count);
    case 'd': return put_number(out, clock.date.day, count);
    case 'D': return put_number(out, day_of_year(clock.days), count);
    case 'Q':
    case 'q': return put_quarter(out, (clock.date.month + 2) / 3, count);
    case 'E': return put_weekday(out, weekday_of(clock.days), count);
    case 'a': return void(out += clock.hour < 12 ? "AM" : "PM");
    case 'h': return put_number(out, (clock.hour + 11) % 12 + 1, count);
    case 'H': return put_number(out, clock.hour, count);
    case 'k': return put_number(out, (clock.hour + 23) % 24 + 1, count);
    case 'K': return put_number(out, clock.hour % 12, count);
    case 'm': return put_number(out, clock.minute, count);
    case 's': return put_number(out, clock.second, count);
    case 'S': return put_fraction(out, clock.micros, count);
    default: out += part.literal;
  }
}

std::int64_t resolution_of(char letter) {
  switch (letter) {
    case 'S': return 1;
    case 's': return kMicrosPerSecond;
    case 'm': return 60 * kMicrosPerSecond;
    case 'a':
    case 'h':
    case 'H':
    case 'k':
    case 'K': return 3600 * kMicrosPerSecond;
    default: return kMicrosPerDay;
  }
}

bool is_zone_letter(char letter) { return std::string_view("VzOXxZ").find(letter) != std::string_view::npos; }

}  // namespace

Result<DateTimePattern> DateTimePattern::compile(std::string_view pattern) {
  DateTimePattern result;
  for (std::size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    Part part;
    if (c == '\'') {
      if (!read_quoted(pattern, i, part.literal)) return bad_pattern(pattern, c);
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      if (kLetters.find(c) == kLetters.npos) return bad_pattern(pattern, c);
      part.letter = c;
      for (; i < pattern.size() && pattern[i] == c; ++i) ++part.count;
      const int most = c == 'y' ? 15 : c == 'S' ? 9 : 5;
      if (part.count > most) return bad_pattern(pattern, c);
    } else {
      part.letter = c == '[' || c == ']' ? c : '\0';
      part.literal = part.letter ? "" : std::string(1, c);
      ++i;
    }
    result.parts_.push_back(std::move(part));
  }
  return result;
}

void DateTimePattern::format(std::string& out, std::int64_t micros, const TimeZone& zone,
                             std::string_view zone_name) const {
  const Clock clock = clock_of(zone.to_local(micros));
  const bool has_era = std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.letter == 'G'; });
  for (const Part& part : parts_) {
    if (is_zone_letter(part.letter))
      put_zone(out, part.letter, part.count, zone.offset_at(micros), zone_name);
    else
      put_field(out, part, clock, has_era);
  }
}

std::int64_t DateTimePattern::resolution() const {
  std::int64_t least = kMicrosPerDay;
  for (const Part& part : parts_)
    least = std::min(least, is_zone_letter(part.letter) ? 0 : resolution_of(part.letter));
  return least;
}

}  // namespace millrace
