#include "expressions/functions/function_errors.hpp"

#include <fmt/format.h>

namespace millrace {

namespace {

const char* const kOrdinals[] = {"first", "second", "third", "fourth", "fifth", "sixth"};

Error located(const FunctionCall& call, std::string error_class, const char* state,
              std::string message) {
  Error error = make_error(ErrorKind::QueryFailed, std::move(message));
  error.error_class = std::move(error_class);
  error.sql_state = state;
  error.origin = call.origin;
  return error;
}

}  // namespace

std::string call_text(const FunctionCall& call) {
  return column_name(*make_expression(Function{call.name, call.syntax, call.distinct, {}}));
}

Error wrong_num_arguments(const FunctionCall& call, const std::string& expected) {
  return located(call, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
                 fmt::format("The `{}` requires {} parameters but the actual number is {}. Please, "
                             "refer to 'https://spark.apache.org/docs/latest/sql-ref-functions.html' "
                             "for a fix.",
                             call.name, expected, call.syntax.size()));
}

Error unexpected_input_type(const FunctionCall& call, std::size_t index,
                            std::string_view required) {
  const std::string ordinal = index < 6 ? kOrdinals[index] : fmt::format("{}th", index + 1);
  const std::string type =
      call.arguments[index] ? call.arguments[index]->type().to_sql() : "LAMBDA";
  return type_mismatch(call, "UNEXPECTED_INPUT_TYPE",
                       fmt::format("The {} parameter requires the {} type, however \"{}\" has the "
                                   "type \"{}\"",
                                   ordinal, required, column_name(*call.syntax[index]), type));
}

Error type_mismatch(const FunctionCall& call, std::string_view condition,
                    std::string_view reason) {
  return located(call, fmt::format("DATATYPE_MISMATCH.{}", condition), "42K09",
                 fmt::format("Cannot resolve \"{}\" due to data type mismatch: {}.",
                             call_text(call), reason));
}

Error invalid_parameter(std::string_view condition, std::string_view parameter,
                        std::string_view function, std::string_view expectation) {
  return row_error(fmt::format("INVALID_PARAMETER_VALUE.{}", condition), "22023",
                   fmt::format("The value of parameter(s) `{}` in `{}` is invalid: {}", parameter,
                               function, expectation));
}

Error row_error(std::string_view error_class, std::string_view sql_state, std::string message,
                std::string fix) {
  Error error = make_error(ErrorKind::QueryFailed, std::move(message), std::move(fix));
  error.error_class = error_class;
  error.sql_state = sql_state;
  return error;
}

Error long_overflow() { return row_error("ARITHMETIC_OVERFLOW", "22003", "long overflow."); }

Error integer_overflow() { return row_error("ARITHMETIC_OVERFLOW", "22003", "integer overflow."); }

Error too_many_elements(std::string_view function, const std::string& count) {
  return row_error("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "54000",
                   fmt::format("Can't create array with {} elements which exceeding the array size "
                               "limit {}, unsuccessful try to create arrays in the function `{}`.",
                               count, kMaxElements, function),
                   "make the count smaller");
}

Error text_too_long(std::string_view function) {
  return row_error("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "54000",
                   fmt::format("function {}: the result is longer than {} bytes", function,
                               kMaxTextBytes),
                   "make the text or the count smaller");
}

}  // namespace millrace
