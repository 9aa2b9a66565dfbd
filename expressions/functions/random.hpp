#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Functions whose value is drawn anew for each row: rand, randn, uniform, uuid, randstr.
void register_random_functions(FunctionRegistry& registry);

}  // namespace millrace
