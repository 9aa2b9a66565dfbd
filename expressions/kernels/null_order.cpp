#include "expressions/kernels/null_order.hpp"

#include <algorithm>

#include "expressions/kernels/kernel_expression.hpp"

namespace millrace::kernels {

void forgive_behind_null(EvalContext& context, std::size_t first, const Column& earlier,
                         const BoundExpression& argument) {
  if (!earlier.has_nulls() || (is_failing(argument) && !earlier.is_constant())) return;
  auto& errors = context.errors;
  const auto is_behind = [&](const RowError& error) { return earlier.is_null(error.row); };
  errors.erase(std::remove_if(errors.begin() + static_cast<std::ptrdiff_t>(first), errors.end(),
                              is_behind),
               errors.end());
}

void forgive_before_null(EvalContext& context, std::size_t first, const std::vector<BoundExpressionPtr>& arguments) {
  const auto fails = [](const BoundExpressionPtr& argument) { return is_failing(*argument); };
  if (std::any_of(arguments.begin(), arguments.end(), fails)) return;
  context.errors.erase(context.errors.begin() + static_cast<std::ptrdiff_t>(first), context.errors.end());
}

}  // namespace millrace::kernels
