#pragma once

#include <string>

#include "expressions/function_registry.hpp"

namespace millrace {

/// docs/functions.md: one table a group with signature and summary of each function. Deterministic.
std::string functions_markdown(const FunctionRegistry& registry);

}  // namespace millrace
