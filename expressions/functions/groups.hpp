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

}  // namespace millrace
