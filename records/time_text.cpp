#include "records/time_text.hpp"

#include <array>

#include "records/calendar.hpp"
#include "records/number_text.hpp"

namespace millrace {

namespace {

constexpr std::int64_t kMaxDateDays = 2'147'483'647;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

enum Segment { Year, Month, Day, Hour, Minute, Second, Fraction, Zone };

/// The parts of a timestamp text, read by the rules of Spark's parseTimestampString.
struct TimestampParts {
  std::array<int, 8> segments{1, 1, 1, 0, 0, 0, 0, 0};
  std::string_view zone;
  bool has_zone = false;
  bool time_only = false;
};

bool has_valid_digits(int segment, int digits) {
  if (segment == Year) return digits >= 4 && digits <= 6;
  if (segment == Fraction) return true;
  if (segment == Zone) return digits <= 2;
  return digits > 0 && digits <= 2;
}

/// Walks over the text once, filling one segment after another.
class TimestampReader {
 public:
  explicit TimestampReader(std::string_view text) : text_(text) {}

  bool read(TimestampParts& parts);

 private:
  bool on_separator(char c, TimestampParts& parts);
  void on_digit(int digit);
  bool close_segment(TimestampParts& parts);
  bool start_time_only(char c, TimestampParts& parts);

  std::string_view text_;
  std::size_t at_ = 0;
  int segment_ = Year;
  int value_ = 0;
  int digits_ = 0;
  bool has_sign_ = false;
  bool done_ = false;
};

void TimestampReader::on_digit(int digit) {
  // Digits beyond microseconds are cut; no other segment may be as long.
  if (digits_ < 6) value_ = value_ * 10 + digit;
  ++digits_;
}

bool TimestampReader::close_segment(TimestampParts& parts) {
  if (!has_valid_digits(segment_, digits_)) return false;
  if (segment_ == Fraction)
    for (; digits_ < 6; ++digits_) value_ *= 10;
  parts.segments[static_cast<std::size_t>(segment_)] = value_;
  value_ = digits_ = 0;
  ++segment_;
  return true;
}

bool TimestampReader::start_time_only(char c, TimestampParts& parts) {
  parts.time_only = true;
  if (c == 'T') {
    segment_ = Hour;
    return true;
  }
  segment_ = Hour;
  return close_segment(parts);
}

bool TimestampReader::on_separator(char c, TimestampParts& parts) {
  switch (segment_) {
    case Year:
      if ((c == 'T' && at_ == 0) || (c == ':' && !has_sign_)) return start_time_only(c, parts);
      [[fallthrough]];
    case Month: return c == '-' && close_segment(parts);
    case Day: return (c == ' ' || c == 'T') && close_segment(parts);
    case Hour:
    case Minute: return c == ':' && close_segment(parts);
    case Second:
      if (c == '.') return close_segment(parts);
      [[fallthrough]];
    case Fraction:
      if (!close_segment(parts)) return false;
      segment_ = Zone;
      parts.has_zone = true;
      parts.zone = trim_all(text_.substr(at_));
      done_ = true;
      return true;
    default: return false;
  }
}

bool TimestampReader::read(TimestampParts& parts) {
  if (text_.empty()) return false;
  const bool negative = text_[0] == '-';
  has_sign_ = negative || text_[0] == '+';
  for (at_ = has_sign_ ? 1 : 0; at_ < text_.size() && !done_; ++at_) {
    const char c = text_[at_];
    if (is_digit(c)) on_digit(c - '0');
    else if (!on_separator(c, parts)) return false;
  }
  if (!done_ && !close_segment(parts)) return false;
  if (negative) parts.segments[Year] = -parts.segments[Year];
  return true;
}

bool is_valid_day(const CivilDate& date) {
  return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= days_in_month(date.year, date.month);
}

std::optional<std::int64_t> micros_of_day(const TimestampParts& parts) {
  const auto& s = parts.segments;
  if (s[Hour] > 23 || s[Minute] > 59 || s[Second] > 59) return {};
  return (std::int64_t{s[Hour]} * 3600 + s[Minute] * 60 + s[Second]) * kMicrosPerSecond + s[Fraction];
}

std::optional<std::int64_t> local_micros(const TimestampParts& parts, std::int64_t today) {
  const auto& s = parts.segments;
  const CivilDate day{s[Year], s[Month], s[Day]};
  const std::optional<std::int64_t> time = micros_of_day(parts);
  if (!time || !is_valid_day(day)) return {};
  std::int64_t micros = 0;
  const std::int64_t days = parts.time_only ? today : days_from_civil(day);
  // The zone's offset must not leave the range either.
  if (__builtin_mul_overflow(days, kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, *time, &micros) || micros > INT64_MAX - 2 * kMicrosPerDay ||
      micros < INT64_MIN + 2 * kMicrosPerDay)
    return {};
  return micros;
}

/// Two digits, or a number below 0.
int read_two(const char* at) {
  const unsigned tens = static_cast<unsigned char>(at[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(at[1]) - unsigned{'0'};
  return tens > 9 || ones > 9 ? -1 : static_cast<int>(tens * 10 + ones);
}

/// The form that machines write, `2024-03-01T10:00:00[.123][Z]`, without a detour. Returns false for any
/// other text, which need not be malformed.
bool read_fixed_form(std::string_view text, std::int64_t& micros, bool& is_utc) {
  constexpr std::size_t kSeconds = 19;
  if (text.size() < kSeconds || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      text[16] != ':' || (text[10] != 'T' && text[10] != ' '))
    return false;
  const char* at = text.data();
  const int century = read_two(at), year = read_two(at + 2), month = read_two(at + 5),
            day = read_two(at + 8), hour = read_two(at + 11), minute = read_two(at + 14),
            second = read_two(at + 17);
  if ((century | year | month | day | hour | minute | second) < 0) return false;
  const CivilDate date{century * 100 + year, month, day};
  if (!is_valid_day(date) || hour > 23 || minute > 59 || second > 59) return false;
  std::string_view rest = text.substr(kSeconds);
  int fraction = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    int unit = 100'000;
    for (; !rest.empty() && is_digit(rest.front()) && unit > 0; rest.remove_prefix(1), unit /= 10)
      fraction += (rest.front() - '0') * unit;
  }
  is_utc = rest == "Z";
  if (!is_utc && !rest.empty()) return false;
  micros = days_from_civil(date) * kMicrosPerDay +
           (hour * 3600 + minute * 60 + second) * kMicrosPerSecond + fraction;
  return true;
}

char* write_two(char* at, int value) {
  *at++ = static_cast<char>('0' + value / 10);
  *at++ = static_cast<char>('0' + value % 10);
  return at;
}

/// At least four digits; more than four have a sign.
char* write_year(char* at, std::int64_t year) {
  if (year < 0) *at++ = '-';
  if (year > 9999) *at++ = '+';
  if (year < 0) year = -year;
  if (year > 9999) {
    std::string digits = std::to_string(year);
    return std::copy(digits.begin(), digits.end(), at);
  }
  at = write_two(at, static_cast<int>(year / 100));
  return write_two(at, static_cast<int>(year % 100));
}

char* write_day(char* at, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  at = write_year(at, date.year);
  *at++ = '-';
  at = write_two(at, date.month);
  *at++ = '-';
  return write_two(at, date.day);
}

char* write_time(char* at, std::int64_t second_of_day) {
  const int seconds = static_cast<int>(second_of_day);
  at = write_two(at, seconds / 3600);
  *at++ = ':';
  at = write_two(at, seconds / 60 % 60);
  *at++ = ':';
  return write_two(at, seconds % 60);
}

/// The first `digits` of six digits of a fraction, with its point.
char* write_fraction(char* at, int micros, int digits) {
  *at++ = '.';
  for (int unit = 100'000; digits > 0; --digits, unit /= 10)
    *at++ = static_cast<char>('0' + micros / unit % 10);
  return at;
}

char* write_local(char* at, std::int64_t local, char separator) {
  const std::int64_t days = floor_divide(local, kMicrosPerDay);
  at = write_day(at, days);
  *at++ = separator;
  return write_time(at, floor_remainder(local, kMicrosPerDay) / kMicrosPerSecond);
}

int fraction_of(std::int64_t local) {
  return static_cast<int>(floor_remainder(local, kMicrosPerSecond));
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text, const TimeZone& session_zone,
                                            std::int64_t now_micros) {
  std::int64_t fixed = 0;
  bool is_utc = false;
  if (read_fixed_form(text, fixed, is_utc)) return is_utc ? fixed : session_zone.to_instant(fixed);
  TimestampParts parts;
  if (!TimestampReader(trim_all(text)).read(parts)) return {};
  TimeZone zone = session_zone;
  if (parts.has_zone) {
    Result<TimeZone> named = TimeZone::find(parts.zone);
    if (!named) return {};
    zone = *named;
  }
  const std::int64_t today = floor_divide(zone.to_local(now_micros), kMicrosPerDay);
  const std::optional<std::int64_t> local = local_micros(parts, today);
  if (!local) return {};
  return zone.to_instant(*local);
}

std::optional<std::int64_t> parse_timestamp_ntz(std::string_view text, ZoneInText zone) {
  TimestampParts parts;
  if (!TimestampReader(trim_all(text)).read(parts) || parts.time_only) return {};
  const bool zone_fits = zone == ZoneInText::Ignored && TimeZone::find(parts.zone);
  if (parts.has_zone && !zone_fits) return {};
  return local_micros(parts, 0);
}

std::optional<std::int32_t> parse_date(std::string_view text) {
  text = trim_all(text);
  if (text.empty()) return {};
  const bool negative = text[0] == '-';
  std::size_t i = negative || text[0] == '+' ? 1 : 0;
  int segments[3] = {1, 1, 1};
  int segment = 0, value = 0, digits = 0;
  auto is_complete = [&] {
    return segment == 0 ? digits >= 4 && digits <= 7 : digits > 0 && digits <= 2;
  };
  for (; i < text.size() && text[i] != ' ' && text[i] != 'T'; ++i) {
    if (segment < 2 && text[i] == '-') {
      if (!is_complete()) return {};
      segments[segment++] = value;
      value = digits = 0;
    } else if (!is_digit(text[i]) || ++digits > 7) {
      return {};
    } else {
      value = value * 10 + (text[i] - '0');
    }
  }
  if (!is_complete() || (segment < 2 && i < text.size())) return {};
  segments[segment] = value;
  const CivilDate date{negative ? -segments[0] : segments[0], segments[1], segments[2]};
  if (!is_valid_day(date)) return {};
  const std::int64_t days = days_from_civil(date);
  if (days > kMaxDateDays || days < -kMaxDateDays - 1) return {};
  return static_cast<std::int32_t>(days);
}

void append_timestamp_ntz(std::string& out, std::int64_t micros) {
  char text[48];
  char* end = write_local(text, micros, ' ');
  if (const int fraction = fraction_of(micros); fraction != 0) {
    end = write_fraction(end, fraction, 6);
    while (end[-1] == '0') --end;
  }
  out.append(text, end);
}

void append_timestamp(std::string& out, std::int64_t micros, const TimeZone& zone) {
  append_timestamp_ntz(out, zone.to_local(micros));
}

void append_date(std::string& out, std::int32_t days) {
  char text[24];
  out.append(text, write_day(text, days));
}

void append_timestamp_ntz_iso(std::string& out, std::int64_t micros) {
  char text[48];
  char* end = write_local(text, micros, 'T');
  out.append(text, write_fraction(end, fraction_of(micros), 3));
}

void append_timestamp_iso(std::string& out, std::int64_t micros, const TimeZone& zone) {
  append_timestamp_ntz_iso(out, zone.to_local(micros));
  int offset = zone.offset_at(micros);
  if (offset == 0) {
    out += 'Z';
    return;
  }
  char text[16];
  text[0] = offset < 0 ? '-' : '+';
  offset = offset < 0 ? -offset : offset;
  write_two(text + 1, offset / 3600);
  text[3] = ':';
  write_two(text + 4, offset / 60 % 60);
  text[6] = ':';
  write_two(text + 7, offset % 60);
  out.append(text, offset % 60 == 0 ? 6 : 9);
}

}  // namespace millrace
