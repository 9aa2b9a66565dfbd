#include "topology/analysis/window_errors.hpp"

#include "expressions/expression_errors.hpp"
#include "records/interval_text.hpp"

namespace millrace {
namespace {

Error config_error(std::string error_class, std::string state, std::string message,
                   std::string fix) {
  Error error = spark_error(std::move(error_class), std::move(state), std::move(message));
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

Error mismatch(const std::string& subclass, const WindowText& window, const std::string& why,
               std::string fix) {
  return config_error("DATATYPE_MISMATCH." + subclass, "42K09",
                      "Cannot resolve \"" + window.text() + "\" due to data type mismatch: " + why,
                      std::move(fix));
}

std::string micros_text(std::int64_t micros) { return std::to_string(micros) + "L"; }

/// Spark's class name of a type.
std::string type_name(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Int: return "IntegerType";
    case TypeKind::Long: return "LongType";
    case TypeKind::Double: return "DoubleType";
    case TypeKind::Boolean: return "BooleanType";
    case TypeKind::Timestamp: return "TimestampType";
    default: return type.to_sql();
  }
}

}  // namespace

std::string WindowText::text() const {
  return "window(" + time + ", " + std::to_string(size) + ", " + std::to_string(slide) + ", " +
         std::to_string(start) + ")";
}

Error cannot_parse_interval(const std::string& text) {
  return config_error("CANNOT_PARSE_INTERVAL", "22006",
                      "Unable to parse '" + text +
                          "'. Please ensure that the value provided is in a valid format for "
                          "defining an interval. You can reference the documentation for the "
                          "correct format. If the issue persists, please double check that the "
                          "input value is not null or empty and try again.",
                      "write a number and a unit, for example '10 seconds'");
}

Result<std::int64_t> interval_micros(const Value& literal) {
  CalendarInterval interval;
  std::string text;
  if (const auto* written = std::get_if<std::string>(&literal.storage)) {
    auto parsed = parse_interval(*written);
    if (!parsed.ok()) return cannot_parse_interval(*written);
    interval = *parsed;
    text = *written;
  } else if (literal.type.kind() == TypeKind::DayTimeInterval) {
    return std::get<std::int64_t>(literal.storage);
  } else if (const auto* calendar = std::get_if<CalendarInterval>(&literal.storage)) {
    interval = *calendar;
    append_interval(text, interval);
  } else {
    return cannot_parse_interval(literal.is_null() ? "null" : "a number");
  }
  if (interval.months == 0) {
    return interval.days * std::int64_t{86'400'000'000} + interval.microseconds;
  }
  return config_error("", "", "Intervals greater than a month is not supported (" + text + ").",
                      "give the length in weeks or days");
}

Error several_windows() {
  return config_error("", "",
                      "Multiple time/session window expressions would result in a cartesian "
                      "product of rows, therefore they are currently not supported.",
                      "use one window in a query, and a union of two queries for two sizes");
}

Error window_out_of_range(const WindowText& window, const std::string& argument,
                          std::int64_t value) {
  return mismatch("VALUE_OUT_OF_RANGE", window,
                  "The `" + argument +
                      "` must be between (0, 9223372036854775807] (current value = " +
                      micros_text(value) + ").",
                  "give a positive duration");
}

Error slide_too_long(const WindowText& window) {
  return mismatch("PARAMETER_CONSTRAINT_VIOLATION", window,
                  "The `slide_duration`(" + micros_text(window.slide) +
                      ") must be <= the `window_duration`(" + micros_text(window.size) + ").",
                  "slide by at most the window's length");
}

Error start_too_late(const WindowText& window) {
  const std::int64_t distance = window.start < 0 ? -window.start : window.start;
  return mismatch("PARAMETER_CONSTRAINT_VIOLATION", window,
                  "The `abs(start_time)`(" + micros_text(distance) +
                      ") must be < the `slide_duration`(" + micros_text(window.slide) + ").",
                  "shift by less than the slide");
}

Error window_over_wrong_type(const WindowText& window, const DataType& type) {
  const std::string& time = window.time;
  return config_error(
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
      "Cannot resolve \"" + window.text() +
          "\" due to data type mismatch: The first parameter requires the (\"(TIMESTAMP OR "
          "TIMESTAMP WITHOUT TIME ZONE)\" or \"STRUCT<start: TIMESTAMP, end: TIMESTAMP>\" or "
          "\"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\") type, however \"" +
          time + "\" has the type \"" + type.to_sql() + "\".",
      "use a timestamp column, or `CAST(" + time + " AS TIMESTAMP)`");
}

Error window_duration_not_constant(const std::string& text) {
  return config_error("", "",
                      "The duration and time inputs to window must be an integer, long or string "
                      "literal: '" +
                          text + "'",
                      "write the duration as text, for example '10 seconds'");
}

Error wrong_argument_count(const std::string& function, std::size_t given,
                           const std::string& expected) {
  return config_error(
      "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
      "The `" + function + "` requires " + expected + " parameters but the actual number is " +
          std::to_string(given) +
          ". Please, refer to "
          "'https://spark.apache.org/docs/latest/sql-ref-functions.html' for a fix.",
      "give " + function + "() " + expected + " arguments");
}

Error session_gap_of_wrong_type(const DataType& type) {
  return config_error("", "",
                      "Gap duration expression used in session window must be "
                      "CalendarIntervalType, but got " +
                          type_name(type) + ".",
                      "give the gap as text, for example '5 seconds'");
}

}  // namespace millrace
