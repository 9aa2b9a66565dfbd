#include "records/interval_text.hpp"

#include <cstdlib>
#include <optional>

#include "records/calendar.hpp"
#include "records/number_text.hpp"
#include "records/wide_integer.hpp"

namespace millrace {

namespace {

constexpr std::int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr std::int64_t kMicrosPerHour = 60 * kMicrosPerMinute;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return static_cast<unsigned char>(c) <= 0x20; }

enum class Part { Months, Days, Micros };

struct IntervalUnit {
  const char* name;
  Part part;
  std::int64_t size;
};
// The second half goes beyond Spark: short forms, as in `10ms`.
constexpr IntervalUnit kUnits[] = {
    {"year", Part::Months, 12},
    {"month", Part::Months, 1},
    {"week", Part::Days, 7},
    {"day", Part::Days, 1},
    {"hour", Part::Micros, kMicrosPerHour},
    {"minute", Part::Micros, kMicrosPerMinute},
    {"second", Part::Micros, kMicrosPerSecond},
    {"millisecond", Part::Micros, 1000},
    {"microsecond", Part::Micros, 1},
    {"w", Part::Days, 7},
    {"d", Part::Days, 1},
    {"h", Part::Micros, kMicrosPerHour},
    {"hr", Part::Micros, kMicrosPerHour},
    {"m", Part::Micros, kMicrosPerMinute},
    {"min", Part::Micros, kMicrosPerMinute},
    {"s", Part::Micros, kMicrosPerSecond},
    {"sec", Part::Micros, kMicrosPerSecond},
    {"ms", Part::Micros, 1000},
    {"us", Part::Micros, 1},
};

const IntervalUnit* find_unit(std::string_view word) {
  for (const IntervalUnit& unit : kUnits)
    if (equal_ignoring_case(word, unit.name)) return &unit;
  if (word.size() > 2 && (word.back() == 's' || word.back() == 'S'))
    for (const IntervalUnit& unit : kUnits)
      if (equal_ignoring_case(word.substr(0, word.size() - 1), unit.name)) return &unit;
  return nullptr;
}

/// Reads `number unit` pairs.
class IntervalReader {
 public:
  explicit IntervalReader(std::string_view text) : whole_(text), rest_(trim_all(text)) {}

  Result<CalendarInterval> read();

 private:
  struct Number {
    bool negative = false;
    std::int64_t whole = 0;
    std::int64_t nanos = 0;
    bool has_fraction = false;
    std::string_view text;
  };

  Error failure(std::string_view subclass, const std::string& detail) const;
  Result<Number> read_number();
  Status read_fraction(Number& number);
  Status read_pair(CalendarInterval& interval);
  Status add(const Number& number, const IntervalUnit& unit, CalendarInterval& interval);
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view take_word() {
    std::size_t length = 0;
    while (length < rest_.size() && !is_blank(rest_[length])) ++length;
    const std::string_view word = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return word;
  }

  std::string_view whole_;
  std::string_view rest_;
};

Error IntervalReader::failure(std::string_view subclass, const std::string& detail) const {
  Error error = make_error(
      ErrorKind::Usage,
      "Error parsing '" + std::string(whole_) +
          "' to interval. Please ensure that the value provided is in a valid format for defining an "
          "interval. You can reference the documentation for the correct format. " + detail,
      "write numbers with units, for example '10 seconds' or '1 minute 30 seconds'");
  error.error_class = "INVALID_INTERVAL_FORMAT." + std::string(subclass);
  error.sql_state = "22006";
  return error;
}

Status IntervalReader::read_fraction(Number& number) {
  number.has_fraction = true;
  std::int64_t unit = 100'000'000;
  for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), unit /= 10) {
    if (unit == 0)
      return failure("INVALID_PRECISION", "Interval can only support nanosecond precision, " +
                                              std::string(number.text) + " is out of range.");
    number.nanos += (rest_.front() - '0') * unit;
  }
  return {};
}

Result<IntervalReader::Number> IntervalReader::read_number() {
  Number number;
  if (rest_.front() == '-' || rest_.front() == '+') {
    number.negative = rest_.front() == '-';
    rest_.remove_prefix(1);
    skip_blanks();
  }
  std::size_t length = 0;
  while (length < rest_.size() && !is_blank(rest_[length])) ++length;
  number.text = rest_.substr(0, length);
  const std::string word(number.text);
  if (word.empty())
    return failure("MISSING_NUMBER", "Expect a number after " + std::string(whole_) + " but hit EOL.");
  const bool starts_well =
      is_digit(word[0]) || (word[0] == '.' && word.size() > 1 && is_digit(word[1]));
  if (!starts_well) return failure("UNRECOGNIZED_NUMBER", "Unrecognized number " + word + ".");
  for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1))
    if (__builtin_mul_overflow(number.whole, 10, &number.whole) ||
        __builtin_add_overflow(number.whole, rest_.front() - '0', &number.whole))
      return failure("ARITHMETIC_EXCEPTION", "Uncaught arithmetic exception while parsing " +
                                                 std::string(whole_) + ".");
  if (rest_.starts_with('.')) {
    rest_.remove_prefix(1);
    if (Status fraction = read_fraction(number); !fraction) return fraction.error();
  }
  const bool ends_well = rest_.empty() || is_blank(rest_.front()) ||
                         ((rest_.front() | 0x20) >= 'a' && (rest_.front() | 0x20) <= 'z');
  if (!ends_well) return failure("INVALID_VALUE", "Invalid value " + word + ".");
  return number;
}

Status IntervalReader::add(const Number& number, const IntervalUnit& unit,
                           CalendarInterval& interval) {
  std::int64_t size = 0;
  bool overflow = __builtin_mul_overflow(number.whole, unit.size, &size) ||
                  __builtin_add_overflow(size, number.nanos / 1000, &size);
  if (number.negative) size = -size;
  std::int32_t* small = unit.part == Part::Months ? &interval.months : &interval.days;
  overflow = overflow || (unit.part == Part::Micros
                              ? __builtin_add_overflow(interval.microseconds, size,
                                                       &interval.microseconds)
                              : __builtin_add_overflow(*small, size, small));
  if (!overflow) return {};
  return failure("ARITHMETIC_EXCEPTION",
                 "Uncaught arithmetic exception while parsing " + std::string(whole_) + ".");
}

Status IntervalReader::read_pair(CalendarInterval& interval) {
  Result<Number> number = read_number();
  if (!number) return number.error();
  skip_blanks();
  if (rest_.empty())
    return failure("MISSING_UNIT", "Expect a unit name after " + std::string(number->text) +
                                       " but hit EOL.");
  const std::string word(take_word());
  const IntervalUnit* unit = find_unit(word);
  if (unit == nullptr) return failure("INVALID_UNIT", "Invalid unit " + word + ".");
  if (number->has_fraction && unit->size != kMicrosPerSecond)
    return failure("INVALID_FRACTION", word + " cannot have fractional part.");
  return add(*number, *unit, interval);
}

Result<CalendarInterval> IntervalReader::read() {
  if (rest_.empty()) return failure("INPUT_IS_EMPTY", "Interval string cannot be empty.");
  constexpr std::string_view kPrefix = "interval";
  if (equal_ignoring_case(rest_.substr(0, kPrefix.size()), kPrefix)) {
    const std::string word(take_word());
    skip_blanks();
    if (rest_.empty() || word.size() != kPrefix.size())
      return failure("INVALID_PREFIX", "Invalid interval prefix " + word + ".");
  }
  CalendarInterval interval;
  for (; !rest_.empty(); skip_blanks())
    if (Status pair = read_pair(interval); !pair) return pair.error();
  return interval;
}

// Writing.

void append_unit(std::string& out, std::int64_t count, std::string_view unit) {
  if (count == 0) return;
  append_integer(out, count);
  out.append(" ").append(unit).append(" ");
}

void append_padded(std::string& out, std::uint64_t value) {
  if (value < 10) out += '0';
  out += std::to_string(value);
}

/// `05.25`: seconds and fraction without trailing zeros.
void append_seconds(std::string& out, std::uint64_t micros) {
  append_padded(out, micros / kMicrosPerSecond);
  std::string fraction = std::to_string(micros % kMicrosPerSecond + kMicrosPerSecond);
  if (micros % kMicrosPerSecond == 0) return;
  fraction.erase(fraction.find_last_not_of('0') + 1);
  out += '.' + fraction.substr(1);
}

constexpr const char* kDayTimeNames[] = {"DAY", "HOUR", "MINUTE", "SECOND"};
constexpr const char* kYearMonthNames[] = {"YEAR", "MONTH"};
constexpr std::uint64_t kDayTimeSizes[] = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute,
                                           kMicrosPerSecond};

void append_fields(std::string& out, const char* const* names, const DataType& type) {
  out.append("' ").append(names[type.interval_start()]);
  if (type.interval_end() != type.interval_start())
    out.append(" TO ").append(names[type.interval_end()]);
}

}  // namespace

Result<CalendarInterval> parse_interval(std::string_view text) {
  return IntervalReader(text).read();
}

void append_interval(std::string& out, const CalendarInterval& interval) {
  if (interval == CalendarInterval{}) {
    out += "0 seconds";
    return;
  }
  append_unit(out, interval.months / 12, "years");
  append_unit(out, interval.months % 12, "months");
  append_unit(out, interval.days, "days");
  append_unit(out, interval.microseconds / kMicrosPerHour, "hours");
  append_unit(out, interval.microseconds % kMicrosPerHour / kMicrosPerMinute, "minutes");
  const std::int64_t rest = interval.microseconds % kMicrosPerMinute;
  if (rest != 0) {
    if (rest < 0) out += '-';
    std::string seconds;
    append_seconds(seconds, static_cast<std::uint64_t>(std::llabs(rest)));
    out += seconds[0] == '0' ? seconds.substr(1) : seconds;
    out += " seconds ";
  }
  out.pop_back();
}

void append_day_time_interval(std::string& out, std::int64_t micros, const DataType& type) {
  auto rest = static_cast<std::uint64_t>(magnitude(micros));
  out += micros < 0 ? "INTERVAL '-" : "INTERVAL '";
  for (int field = type.interval_start(); field <= type.interval_end(); ++field) {
    if (field != type.interval_start()) out += field == 1 ? ' ' : ':';
    if (field == 3) append_seconds(out, rest);
    else if (field == 0) out += std::to_string(rest / kDayTimeSizes[field]);
    else append_padded(out, rest / kDayTimeSizes[field]);
    rest %= kDayTimeSizes[field];
  }
  append_fields(out, kDayTimeNames, type);
}

void append_year_month_interval(std::string& out, std::int32_t months, const DataType& type) {
  const std::int64_t size = std::llabs(months);
  out += months < 0 ? "INTERVAL '-" : "INTERVAL '";
  if (type.interval_start() == 1) {
    append_integer(out, size);
  } else {
    append_integer(out, size / 12);
    if (type.interval_end() == 1) {
      out += '-';
      append_integer(out, size % 12);
    }
  }
  append_fields(out, kYearMonthNames, type);
}

}  // namespace millrace
