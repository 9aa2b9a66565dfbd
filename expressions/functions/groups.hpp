#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Adds every scalar function that has no operator of its own: all groups below. Generators other
/// than json_tuple, aggregates, operators and the conditionals (if, coalesce, ...) are added elsewhere.
void register_library_functions(FunctionRegistry& registry);

void register_string_functions(FunctionRegistry& registry);
void register_string_editing_functions(FunctionRegistry& registry);
void register_string_encoding_functions(FunctionRegistry& registry);
void register_string_format_functions(FunctionRegistry& registry);
void register_split_functions(FunctionRegistry& registry);
void register_regex_functions(FunctionRegistry& registry);
void register_concat_functions(FunctionRegistry& registry);
void register_time_field_functions(FunctionRegistry& registry);
void register_time_arithmetic_functions(FunctionRegistry& registry);
void register_time_text_functions(FunctionRegistry& registry);
void register_current_time_functions(FunctionRegistry& registry);
void register_math_functions(FunctionRegistry& registry);
void register_rounding_functions(FunctionRegistry& registry);
void register_hash_functions(FunctionRegistry& registry);
void register_json_functions(FunctionRegistry& registry);
void register_collection_functions(FunctionRegistry& registry);
void register_array_functions(FunctionRegistry& registry);
void register_map_functions(FunctionRegistry& registry);
void register_sequence_functions(FunctionRegistry& registry);
void register_lambda_functions(FunctionRegistry& registry);
void register_conditional_functions(FunctionRegistry& registry);
void register_url_functions(FunctionRegistry& registry);
void register_csv_functions(FunctionRegistry& registry);
void register_session_functions(FunctionRegistry& registry);
void register_number_format_functions(FunctionRegistry& registry);
void register_interval_functions(FunctionRegistry& registry);

}  // namespace millrace
