#include "expressions/aggregates/aggregates.hpp"

namespace millrace {

void register_aggregate_functions(FunctionRegistry& registry) {
  register_count_functions(registry);
}

}  // namespace millrace
