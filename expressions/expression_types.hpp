#pragma once

#include "expressions/bound_expression.hpp"

#include <vector>

namespace millrace {

/// The type of each expression.
std::vector<DataType> types_of(const std::vector<BoundExpressionPtr>& expressions);

}  // namespace millrace
