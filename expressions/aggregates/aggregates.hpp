#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Adds all aggregate functions under Spark's names and with Spark's result types.
void register_aggregate_functions(FunctionRegistry& registry);

// One for each file of functions.

void register_count_functions(FunctionRegistry& registry);
void register_sum_functions(FunctionRegistry& registry);
void register_extreme_functions(FunctionRegistry& registry);
void register_first_last_functions(FunctionRegistry& registry);
void register_collect_functions(FunctionRegistry& registry);
void register_approx_count_distinct(FunctionRegistry& registry);
void register_statistics_functions(FunctionRegistry& registry);
void register_percentile_functions(FunctionRegistry& registry);
void register_exact_percentile_functions(FunctionRegistry& registry);
void register_mode_function(FunctionRegistry& registry);
void register_listagg_function(FunctionRegistry& registry);
void register_histogram_function(FunctionRegistry& registry);
void register_regression_functions(FunctionRegistry& registry);
void register_bitwise_aggregates(FunctionRegistry& registry);
void register_bitmap_aggregates(FunctionRegistry& registry);
void register_logic_functions(FunctionRegistry& registry);

}  // namespace millrace
