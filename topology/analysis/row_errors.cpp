#include "topology/analysis/row_errors.hpp"

#include "expressions/expression_errors.hpp"
#include "records/edit_distance.hpp"

#include <vector>

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

Error event_time_of_wrong_type(const std::string& column, const DataType& type) {
  return config_error("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", "42K09",
                      "The event time `" + column + "` has the invalid type \"" + type.to_sql() +
                          "\", but expected \"TIMESTAMP\".",
                      "make it a timestamp first: `CAST(" + column + " AS TIMESTAMP)`");
}

Error negative_delay(const std::string& text) {
  return config_error("", "",
                      "requirement failed: delay threshold (" + text + ") should not be negative.",
                      "give how late a record may be: '0 seconds' or more");
}

Error redefined_watermark() {
  return config_error(
      "", "",
      "Redefining watermark is disallowed. You can set the config "
      "'spark.sql.streaming.statefulOperator.allowMultiple' to 'false' to restore the previous "
      "behavior. Note that multiple stateful operators will be disallowed.",
      "declare one watermark between a source and a sink");
}

Error watermark_without_idle_timeout() {
  return config_error("", "", "topology: a watermark with partitionBy needs an idleTimeout",
                      "a partition without rows would hold the watermark back for ever: say how long "
                      "to wait for it");
}

Error unknown_column_name(const std::string& name, const Schema& schema) {
  std::string list;
  std::vector<std::string> names;
  for (const auto& field : schema.fields) {
    list += (list.empty() ? "`" : ", `") + field.name + "`";
    names.push_back(field.name);
  }
  Error error = config_error("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", "42703",
                             "Cannot resolve column name \"" + name + "\" among (" + list + ").",
                             "name one of the columns");
  const std::string nearest = nearest_name(name, names);
  if (!nearest.empty()) error.label = "did you mean `" + nearest + "`?";
  return error;
}

Error order_by_position_out_of_range(std::int64_t position, std::size_t size) {
  return config_error("ORDER_BY_POS_OUT_OF_RANGE", "42805",
                      "ORDER BY position " + std::to_string(position) +
                          " is not in select list (valid range is [1, " + std::to_string(size) +
                          "]).",
                      "name the column");
}

Error order_by_map(const std::string& expression) {
  return cannot_resolve("INVALID_ORDERING_TYPE", expression,
                        "The `sortorder` does not support ordering on type \"MAP\".");
}

Error limit_not_constant(const std::string& text) {
  return config_error("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", "42K0E",
                      "The limit like expression \"" + text +
                          "\" is invalid. The limit expression must evaluate to a constant value.",
                      "write a whole number");
}

Error negative_limit(std::int64_t count) {
  const std::string number = std::to_string(count);
  return config_error("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "42K0E",
                      "The limit like expression \"" + number +
                          "\" is invalid. The limit expression must be equal to or greater than 0, "
                          "but got " +
                          number + ".",
                      "write a whole number from 0");
}

Error offset_not_supported() {
  return config_error("", "", "Offset is not supported on streaming DataFrames/Datasets",
                      "leave OFFSET out");
}

}  // namespace millrace
