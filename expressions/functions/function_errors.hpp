#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "expressions/function_registry.hpp"

namespace millrace {

/// Errors of function calls in Spark's words.

/// The call as Spark prints it: `array_contains(array(1), NULL)`.
std::string call_text(const FunctionCall& call);

/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION; `expected` is `2`, `[2, 3]` or `> 0`.
Error wrong_num_arguments(const FunctionCall& call, const std::string& expected);
/// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE; `required` is a quoted type: `"STRING"` or
/// `("ARRAY" or "MAP")`.
Error unexpected_input_type(const FunctionCall& call, std::size_t index, std::string_view required);
/// DATATYPE_MISMATCH.`condition`: `Cannot resolve "..." due to data type mismatch: <reason>.`
Error type_mismatch(const FunctionCall& call, std::string_view condition, std::string_view reason);
/// INVALID_PARAMETER_VALUE.`condition`, 22023.
Error invalid_parameter(std::string_view condition, std::string_view parameter,
                        std::string_view function, std::string_view expectation);
Error row_error(std::string_view error_class, std::string_view sql_state, std::string message,
                std::string fix = {});

/// ARITHMETIC_OVERFLOW in the words of Java's exact arithmetic, which Spark lets through.
Error long_overflow();
Error integer_overflow();
/// COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION: one call would make too large a value.
Error too_many_elements(std::string_view function, const std::string& count);
Error text_too_long(std::string_view function);

/// What one value may grow to, so that a single record cannot exhaust the memory: far below
/// Spark's limits (2^31 elements or bytes).
constexpr std::size_t kMaxElements = 10'000'000;
constexpr std::size_t kMaxTextBytes = 128u << 20;

}  // namespace millrace
