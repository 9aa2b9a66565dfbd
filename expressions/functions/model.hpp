#pragma once

#include "expressions/function_registry.hpp"

namespace millrace {

/// Functions that score rows with a trained model.
void register_model_functions(FunctionRegistry& registry);

}  // namespace millrace
