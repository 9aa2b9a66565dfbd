#pragma once

#include <vector>

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

struct Branch {
  BoundExpressionPtr condition;
  BoundExpressionPtr value;
};

/// CASE and IF: a value is evaluated only on the rows whose condition was the first to be true, and a
/// condition only on the rows still open. `otherwise` may be empty (NULL). Values have type `type`.
BoundExpressionPtr make_case(DataType type, std::vector<Branch> branches,
                             BoundExpressionPtr otherwise);
/// The first value that is not NULL; later ones are evaluated only where all before were NULL.
BoundExpressionPtr make_coalesce(DataType type, std::vector<BoundExpressionPtr> children);

enum class Extreme { Greatest, Least };
/// Greatest or least of the values that are not NULL.
BoundExpressionPtr make_extreme(Extreme extreme, DataType type,
                                std::vector<BoundExpressionPtr> children);

/// `value IN (constants)`: the constants are hashed once. `value` and the constants have one type;
/// constants that are NULL make a miss NULL.
BoundExpressionPtr make_in_set(BoundExpressionPtr value,
                               const std::vector<BoundExpressionPtr>& constants, bool nullable);

}  // namespace millrace::kernels
