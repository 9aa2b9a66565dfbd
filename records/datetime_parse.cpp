#include "records/datetime_pattern.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "records/calendar.hpp"
#include "records/type.hpp"

namespace millrace {

namespace {

using Part = DateTimePattern::Part;

/// What a text said so far.
struct Fields {
  std::int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0, micros = 0;
  int day_of_year = 0;
  bool before_christ = false, twelve_hours = false, afternoon = false;
  std::optional<TimeZone> zone;
};

class Reader {
 public:
  Reader(std::string_view text, const std::vector<Part>& parts) : text_(text), parts_(parts) {}

  /// Reads parts [from, to) ; false at the first that does not fit (`at()` is its place).
  bool read(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (parts_[i].letter == '[') {
        const std::size_t end = closing(i);
        read_optional(i + 1, end);
        i = end;
      } else if (parts_[i].letter != ']' && !read_part(i)) {
        return false;
      }
    }
    return true;
  }

  std::size_t at() const { return at_; }
  const Fields& fields() const { return fields_; }

 private:
  std::size_t closing(std::size_t open) const {
    int depth = 0;
    for (std::size_t i = open; i < parts_.size(); ++i) {
      depth += parts_[i].letter == '[' ? 1 : parts_[i].letter == ']' ? -1 : 0;
      if (depth == 0) return i;
    }
    return parts_.size();
  }

  void read_optional(std::size_t from, std::size_t to) {
    const std::size_t at = at_;
    const Fields fields = fields_;
    if (read(from, to)) return;
    at_ = at;
    fields_ = fields;
  }

  bool is_digit(std::size_t at) const {
    return at < text_.size() && text_[at] >= '0' && text_[at] <= '9';
  }

  /// True when digits of another field follow part `i` at once: its width is fixed then.
  bool has_digits_after(std::size_t i) const {
    if (i + 1 >= parts_.size()) return false;
    const Part& next = parts_[i + 1];
    const bool named = (next.letter == 'M' || next.letter == 'L') && next.count > 2;
    return !named && next.letter != 0 &&
           std::string_view("yMLdDhHkKmsSQq").find(next.letter) != std::string_view::npos;
  }

  bool read_digits(int least, int most, std::int64_t& number) {
    const std::size_t start = at_;
    number = 0;
    for (; is_digit(at_) && static_cast<int>(at_ - start) < most; ++at_)
      number = number * 10 + (text_[at_] - '0');
    if (static_cast<int>(at_ - start) >= least) return true;
    at_ = start;
    return false;
  }

  bool read_number(std::size_t i, int low, int high, int& field) {
    const int count = parts_[i].count;
    const std::size_t start = at_;
    std::int64_t number;
    const int most = count >= 2 || has_digits_after(i) ? count : 9;
    if (!read_digits(count, most, number)) return false;
    if (number < low || number > high) {
      at_ = start;
      return false;
    }
    field = static_cast<int>(number);
    return true;
  }

  bool read_year(std::size_t i) {
    const int count = parts_[i].count;
    const bool has_sign = count >= 4 && !has_digits_after(i) && at_ < text_.size() &&
                          (text_[at_] == '-' || text_[at_] == '+');
    const std::size_t start = at_;
    const bool negative = has_sign && text_[at_] == '-';
    at_ += has_sign ? 1 : 0;
    // A plus stands before more digits than the pattern has.
    const int least = has_sign && !negative ? count + 1 : count;
    std::int64_t number;
    if (!read_digits(least, count == 2 ? 2 : has_digits_after(i) ? count : count >= 4 ? 6 : 9,
                     number)) {
      at_ = start;
      return false;
    }
    fields_.year = count == 2 ? 2000 + number : negative ? -number : number;
    return true;
  }

  bool read_fraction(int count) {
    const std::size_t start = at_;
    std::int64_t number;
    if (!read_digits(1, count, number)) return false;
    int digits = static_cast<int>(at_ - start);
    for (; digits < 6; ++digits) number *= 10;
    for (; digits > 6; --digits) number /= 10;
    fields_.micros = static_cast<int>(number);
    return true;
  }

  bool read_word(std::string_view word) {
    if (!equal_ignoring_case(text_.substr(at_, word.size()), word)) return false;
    at_ += word.size();
    return true;
  }

  bool read_month(std::size_t i) {
    const int count = parts_[i].count;
    if (count <= 2) return read_number(i, 1, 12, fields_.month);
    for (int month = 1; month <= 12; ++month)
      if (read_word(count == 3 ? short_month_name(month) : upper_month_name(month)))
        return fields_.month = month, true;
    return false;
  }

  bool read_weekday() {
    static constexpr std::array<std::string_view, 7> kRest = {"day",   "sday", "nesday", "rsday",
                                                              "day",   "urday", "day"};
    for (int day = 0; day < 7; ++day)
      if (read_word(short_day_name(day)))
        return read_word(kRest[static_cast<std::size_t>(day)]), true;
    return false;
  }

  bool read_half_day() {
    fields_.twelve_hours = true;
    if (read_word("AM")) return true;
    return fields_.afternoon = read_word("PM");
  }

  /// `Z`, `+01`, `+0100`, `+01:00`, `UTC`, `GMT+1`, `Europe/Berlin`.
  bool read_zone() {
    std::size_t end = at_;
    const auto belongs = [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             c == '+' || c == '-' || c == ':' || c == '/' || c == '_';
    };
    while (end < text_.size() && belongs(text_[end])) ++end;
    std::string name(text_.substr(at_, end - at_));
    const bool compact = name.size() == 5 && (name[0] == '+' || name[0] == '-');
    if (compact) name.insert(3, ":");
    Result<TimeZone> zone = name.empty() ? Result<TimeZone>(Error{}) : TimeZone::find(name);
    if (!zone) return false;
    fields_.zone = *zone;
    at_ = end;
    return true;
  }

  bool read_part(std::size_t i) {
    const Part& part = parts_[i];
    int ignored;
    switch (part.letter) {
      case 0:
        if (!text_.substr(at_).starts_with(part.literal)) return false;
        at_ += part.literal.size();
        return true;
      case 'G': return read_word("AD") || (fields_.before_christ = read_word("BC"));
      case 'y': return read_year(i);
      case 'M':
      case 'L': return read_month(i);
      case 'd': return read_number(i, 1, 31, fields_.day);
      case 'D': return read_number(i, 1, 366, fields_.day_of_year);
      case 'Q':
      case 'q': return read_number(i, 1, 4, ignored);
      case 'E': return read_weekday();
      case 'a': return read_half_day();
      case 'h': return fields_.twelve_hours = true, read_number(i, 1, 12, fields_.hour);
      case 'K': return fields_.twelve_hours = true, read_number(i, 0, 11, fields_.hour);
      case 'H': return read_number(i, 0, 23, fields_.hour);
      case 'k': return read_number(i, 1, 24, fields_.hour);
      case 'm': return read_number(i, 0, 59, fields_.minute);
      case 's': return read_number(i, 0, 59, fields_.second);
      case 'S': return read_fraction(part.count);
      default: return read_zone();
    }
  }

  std::string_view text_;
  const std::vector<Part>& parts_;
  std::size_t at_ = 0;
  Fields fields_;
};

int hour_of(const Fields& fields) {
  if (fields.twelve_hours) return fields.hour % 12 + (fields.afternoon ? 12 : 0);
  return fields.hour % 24;
}

Result<std::int64_t> instant_of(std::string_view text, const Fields& fields, const TimeZone& zone) {
  const std::int64_t year = fields.before_christ ? 1 - fields.year : fields.year;
  if (fields.day > days_in_month(year, fields.month)) {
    const std::string reason =
        fields.month == 2 && fields.day == 29
            ? fmt::format("Invalid date 'February 29' as '{}' is not a leap year", year)
            : fmt::format("Invalid date '{} {}'", upper_month_name(fields.month), fields.day);
    return make_error(ErrorKind::BadData,
                      fmt::format("Text '{}' could not be parsed: {}", text, reason));
  }
  std::int64_t days = days_from_civil({year, fields.month, fields.day});
  if (fields.day_of_year > 0) days = days_from_civil({year, 1, 1}) + fields.day_of_year - 1;
  const std::int64_t seconds = hour_of(fields) * 3600 + fields.minute * 60 + fields.second;
  const std::int64_t time = seconds * kMicrosPerSecond + fields.micros;
  std::int64_t local;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &local) ||
      __builtin_add_overflow(local, time, &local))
    return make_error(ErrorKind::BadData,
                      fmt::format("Text '{}' could not be parsed: long overflow", text));
  return (fields.zone ? *fields.zone : zone).to_instant(local);
}

}  // namespace

Result<std::int64_t> DateTimePattern::parse(std::string_view text, const TimeZone& zone) const {
  Reader reader(text, parts_);
  if (!reader.read(0, parts_.size()))
    return make_error(ErrorKind::BadData, fmt::format("Text '{}' could not be parsed at index {}",
                                                      text, reader.at()));
  if (reader.at() < text.size())
    return make_error(ErrorKind::BadData,
                      fmt::format("Text '{}' could not be parsed, unparsed text found at index {}",
                                  text, reader.at()));
  return instant_of(text, reader.fields(), zone);
}

}  // namespace millrace
