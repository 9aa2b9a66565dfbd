#include "expressions/expression_errors.hpp"

namespace millrace {

namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string if_necessary() {
  return "If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error";
}

}  // namespace

Error spark_error(std::string error_class, std::string sql_state, std::string message) {
  Error error;
  error.error_class = std::move(error_class);
  error.sql_state = std::move(sql_state);
  error.message = std::move(message);
  return error;
}

Error arithmetic_overflow(std::string_view hint) {
  std::string message = "overflow. ";
  if (!hint.empty())
    message += "Use '" + std::string(hint) + "' to tolerate overflow and return NULL instead. ";
  return spark_error("ARITHMETIC_OVERFLOW", "22003", message + if_necessary() + ".");
}

Error divide_by_zero() {
  return spark_error("DIVIDE_BY_ZERO", "22012",
                     "Division by zero. Use `try_divide` to tolerate divisor being 0 and return "
                     "NULL instead. " + if_necessary() + ".");
}

Error remainder_by_zero() {
  return spark_error("REMAINDER_BY_ZERO", "22012",
                     "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL "
                     "instead. " + if_necessary() + ".");
}

Error cast_overflow(std::string_view value, const DataType& from, const DataType& to) {
  return spark_error("CAST_OVERFLOW", "22003",
                     "The value " + std::string(value) + " of the type " + quoted(from.to_sql()) +
                         " cannot be cast to " + quoted(to.to_sql()) +
                         " due to an overflow. Use `try_cast` to tolerate overflow and return NULL "
                         "instead.");
}

Error cast_invalid_input(std::string_view text, const DataType& from, const DataType& to) {
  return spark_error("CAST_INVALID_INPUT", "22018",
                     "The value '" + std::string(text) + "' of the type " +
                         quoted(from.to_sql()) + " cannot be cast to " + quoted(to.to_sql()) +
                         " because it is malformed. Correct the value as per the syntax, or change "
                         "its target type. Use `try_cast` to tolerate malformed input and return "
                         "NULL instead.");
}

Error decimal_out_of_range(std::string_view value, const DataType& to) {
  return spark_error("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
                     " " + std::string(value) + " cannot be represented as Decimal(" +
                         std::to_string(to.precision()) + ", " + std::to_string(to.scale()) +
                         "). " + if_necessary() + ", and return NULL instead.");
}

Error cannot_resolve(std::string_view condition, std::string_view call, std::string_view why) {
  return spark_error("DATATYPE_MISMATCH." + std::string(condition), "42K09",
                     "Cannot resolve " + quoted(call) + " due to data type mismatch: " +
                         std::string(why));
}

void fill_call(Error& error, std::string_view call) {
  constexpr std::string_view kStart = "Cannot resolve \"";
  const std::size_t place = error.message.find("Cannot resolve \"\"");
  if (place != std::string::npos) error.message.insert(place + kStart.size(), call);
}

}  // namespace millrace
