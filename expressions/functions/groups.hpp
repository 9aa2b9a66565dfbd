#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Adds every scalar function that has no operator of its own: all groups below. Generators other
/// than json_tuple, aggregates, operators and the conditionals (if, coalesce, ...) are added elsewhere.
void register_library_functions(FunctionRegistry& registry);

}  // namespace millrace
