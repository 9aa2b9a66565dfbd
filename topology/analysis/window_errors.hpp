#pragma once

#include "records/result.hpp"
#include "records/value.hpp"

#include <cstdint>
#include <string>

namespace millrace {

/// A window call as Spark prints it: durations in microseconds.
struct WindowText {
  std::string time;
  std::int64_t size = 0;
  std::int64_t slide = 0;
  std::int64_t start = 0;
  std::string text() const;
};

/// Microseconds of a duration literal: text or interval. Errors: CANNOT_PARSE_INTERVAL; months.
Result<std::int64_t> interval_micros(const Value& literal);
/// Spark's refusals of window() and session_window().
Error several_windows();
Error window_out_of_range(const WindowText& window, const std::string& argument,
                          std::int64_t value);
Error slide_too_long(const WindowText& window);
Error start_too_late(const WindowText& window);
Error window_over_wrong_type(const WindowText& window, const DataType& type);
Error window_duration_not_constant(const std::string& text);
/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION; `expected` is `2` or `[2, 3]`.
Error wrong_argument_count(const std::string& function, std::size_t given,
                           const std::string& expected);
Error session_gap_of_wrong_type(const DataType& type);
Error cannot_parse_interval(const std::string& text);

}  // namespace millrace
