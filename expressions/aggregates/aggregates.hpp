#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Adds all aggregate functions under Spark's names and with Spark's result types.
void register_aggregate_functions(FunctionRegistry& registry);

// One for each file of functions.

void register_count_functions(FunctionRegistry& registry);

}  // namespace millrace
