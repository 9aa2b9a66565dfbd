#include "expressions/aggregates/aggregates.hpp"

namespace millrace {

void register_aggregate_functions(FunctionRegistry& registry) {
  register_count_functions(registry);
  register_sum_functions(registry);
  register_extreme_functions(registry);
  register_first_last_functions(registry);
  register_collect_functions(registry);
  register_approx_count_distinct(registry);
  register_statistics_functions(registry);
  register_percentile_functions(registry);
  register_exact_percentile_functions(registry);
  register_mode_function(registry);
  register_listagg_function(registry);
  register_histogram_function(registry);
  register_regression_functions(registry);
  register_bitwise_aggregates(registry);
  register_bitmap_aggregates(registry);
  register_logic_functions(registry);
}

}  // namespace millrace
