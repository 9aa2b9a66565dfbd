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
  return config_error("", "",
                      "over: rows are taken in the order of arrival, which this is not: 'ORDER BY " +
                          order + "'",
                      "order by one timestamp or date, ascending");
}

Error frame_not_supported(const std::string& frame) {
  return config_error("", "", "over: no such frame on a stream: '" + frame + "'",
                      "leave the frame out: it is then all rows so far");
}

}  // namespace millrace
