#pragma once

#include <vector>

#include "expressions/bound_expression.hpp"

namespace millrace {

/// True when there are arguments and each is constant (a lambda's empty place is not).
bool all_constant(const std::vector<BoundExpressionPtr>& arguments);

/// `expression` as its value, computed now; type and nullability stay. An ANSI error stays an error
/// of the rows that reach it. Requires: it does not depend on rows or on the clock.
BoundExpressionPtr fold_constant(const BoundExpressionPtr& expression);

/// The value of a constant, in row 0.
ColumnRef evaluate_constant(const BoundExpression& constant, EvalContext& context);

/// True for a constant text like '10:11' that becomes a timestamp of the current day.
bool depends_on_clock(const BoundExpression& constant, const DataType& cast_to);

}  // namespace millrace
