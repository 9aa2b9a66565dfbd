#pragma once

#include <string>
#include <string_view>

#include "expressions/function_registry.hpp"

namespace millrace {

/// Spark's texts for errors of expressions: `message` is Spark's without the class in front and
/// without "SQLSTATE: ..." behind.

Error spark_error(std::string error_class, std::string sql_state, std::string message);

// While evaluating (ANSI).

/// `hint` is the function that gives NULL instead ("try_add"), or empty.
Error arithmetic_overflow(std::string_view hint);
Error divide_by_zero();
Error remainder_by_zero();
/// `value` as Spark prints a literal of type `from` ("300", "1.0E20D").
Error cast_overflow(std::string_view value, const DataType& from, const DataType& to);
Error cast_invalid_input(std::string_view text, const DataType& from, const DataType& to);
/// `value` as plain digits.
Error decimal_out_of_range(std::string_view value, const DataType& to);

// While binding. `call` is the expression as Spark prints it: column_name().

/// DATATYPE_MISMATCH.<subclass>, 42K09: "Cannot resolve "<call>" due to data type mismatch: <why>."
Error type_mismatch(std::string_view subclass, std::string_view call, std::string_view why);
/// The call at hand as Spark prints it.
std::string call_text(const FunctionCall& call);
/// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE for argument `index` (from 0); `required` is Spark's name
/// of the types that would do, e.g. `"NUMERIC"`.
Error unexpected_input_type(const FunctionCall& call, std::size_t index, std::string_view required);
/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION; `expected` as Spark writes it: `2`, `[1, 2]`, `> 0`.
Error wrong_num_arguments(const FunctionCall& call, std::string_view expected);

}  // namespace millrace
