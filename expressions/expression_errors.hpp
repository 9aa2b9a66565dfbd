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

/// DATATYPE_MISMATCH.<condition>, 42K09: `Cannot resolve "<call>" due to data type mismatch: <why>`.
Error cannot_resolve(std::string_view condition, std::string_view call, std::string_view why);
/// Puts `call` into an error that was made without (`Cannot resolve ""`, from bound_cast).
void fill_call(Error& error, std::string_view call);

}  // namespace millrace
