#pragma once

#include "expressions/bound_expression.hpp"

namespace millrace {

/// Narrows the selection of `batch` to the rows where `condition` is true (not NULL). Terms of an AND
/// are applied in turn, each to the rows the ones before left. Rows that fail are in context.errors
/// and not selected. Requires: a Boolean condition.
void select(const BoundExpression& condition, EvalContext& context, RecordBatch& batch);

}  // namespace millrace
