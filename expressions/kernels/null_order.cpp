#include "expressions/kernels/null_order.hpp"

#include <algorithm>

namespace millrace::kernels {

void forgive_behind_null(EvalContext& context, std::size_t first, const Column& earlier) {
  if (!earlier.has_nulls()) return;
  auto& errors = context.errors;
  const auto is_behind = [&](const RowError& error) { return earlier.is_null(error.row); };
  errors.erase(std::remove_if(errors.begin() + static_cast<std::ptrdiff_t>(first), errors.end(),
                              is_behind),
               errors.end());
}

}  // namespace millrace::kernels
