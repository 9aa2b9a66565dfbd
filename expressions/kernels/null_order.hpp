#pragma once

#include <vector>

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

/// Takes back the errors of `argument`, which are those from number `first` on, where `earlier` is NULL: Spark does not
/// evaluate an argument behind one that is NULL, so it cannot fail there. Constants that fail are no part of that:
/// Spark computes them beforehand, unless everything is constant.
void forgive_behind_null(EvalContext& context, std::size_t first, const Column& earlier,
                         const BoundExpression& argument);

/// Takes back the errors from number `first` on, of a call with `arguments` of which one is a constant NULL: Spark's
/// optimizer makes NULL of it before any row is seen, unless it meets a constant that fails.
void forgive_before_null(EvalContext& context, std::size_t first, const std::vector<BoundExpressionPtr>& arguments);

}  // namespace millrace::kernels
