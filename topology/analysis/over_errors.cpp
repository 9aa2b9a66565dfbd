#include "topology/analysis/over_errors.hpp"

#include "expressions/expression_errors.hpp"

namespace millrace {
namespace {

Error config_error(std::string error_class, std::string state, std::string message,
                   std::string fix) {
  Error error = spark_error(std::move(error_class), std::move(state), std::move(message));
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

}  // namespace

Error over_on_stream(const std::string& call, const std::string& column,
                     const std::string& specification) {
  return config_error("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "42KDE",
                      "Window function is not supported in " + call + " (as column `" + column +
                          "`) on streaming DataFrames/Datasets.\nStructured Streaming only "
                          "supports time-window aggregation using the WINDOW function. (window "
                          "specification: " +
                          specification + ")",
                      "set sparkStrict to false");
}

Error not_a_window_function(const std::string& call) {
  return config_error("UNSUPPORTED_EXPR_FOR_WINDOW", "42P20",
                      "Expression \"" + call + "\" not supported within a window function.",
                      "use an aggregate function");
}

Error nested_over() {
  return config_error("", "",
                      "It is not allowed to use a window function inside another window function. "
                      "Please use the inner window function in a sub-query.",
                      "compute the inner one in an operator before this one");
}

Error over_without_order(const std::string& call) {
  return config_error("", "",
                      "over: without ORDER BY the frame is all rows of a key, and a stream has no "
                      "last row: '" +
                          call + "'",
                      "add ORDER BY with the event time");
}

Error over_order_not_time(const std::string& order) {
  return config_error(
      "", "",
      "over: rows are taken in the order of arrival, which this is not: 'ORDER BY " + order + "'",
      "order by one timestamp or date, ascending");
}

Error frame_after_current_row(const std::string& frame) {
  return config_error(
      "", "",
      "over: a frame on a stream begins before the current row and ends with it: '" + frame + "'",
      "write `... PRECEDING AND CURRENT ROW`");
}

Error frame_bound_not_literal(const std::string& bound) {
  return config_error("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE", "42K09",
                      "Window frame lower bound \"" + bound + "\" is not a literal.",
                      "write a number or an interval");
}

Error frame_bound_negative(const std::string& bound) {
  return config_error("", "", "over: a frame cannot begin behind the current row: '" + bound + "'",
                      "give a distance of 0 or more");
}

Error frame_rows_not_number(const std::string& bound, const DataType& type) {
  return config_error("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", "42K09",
                      "Cannot resolve \"" + bound +
                          "\" due to data type mismatch: The data type of the lower bound \"" +
                          type.to_sql() + "\" does not match the expected data type \"INT\".",
                      "give a number of rows");
}

Error frame_range_of_wrong_type(const DataType& order, const DataType& bound) {
  return config_error("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE", "42K09",
                      "The data type \"" + order.to_sql() +
                          "\" used in the order specification does not support the data type \"" +
                          bound.to_sql() + "\" which is used in the range frame.",
                      "give an interval for times and dates, a whole number for whole numbers");
}

Error function_not_over_frame(const std::string& call) {
  return config_error("", "", "over: no such function over a frame that moves: '" + call + "'",
                      "use count, count(DISTINCT), sum, avg, min or max of one number or time, or "
                      "leave the frame out");
}

Error too_many_frame_arguments(std::size_t most) {
  return config_error(
      "", "",
      "over: more than " + std::to_string(most) + " different arguments over one key and order",
      "compute some of them in a step of their own");
}

Error lead_default_not_constant(const std::string& text) {
  return config_error("", "",
                      "over: what lead() gives to the last rows is not constant: '" + text + "'",
                      "give a literal, or leave it out");
}

Error lag_offset_out_of_range(const std::string& offset, std::int64_t most) {
  return config_error("", "", "over: offset of lag() or lead() out of range: '" + offset + "'",
                      "give a whole number from 1 to " + std::to_string(most));
}

Error too_many_lags(std::size_t most) {
  return config_error(
      "", "", "over: more than " + std::to_string(most) + " lag() or lead() over one key and order",
      "compute some of them in a step of their own");
}

}  // namespace millrace
