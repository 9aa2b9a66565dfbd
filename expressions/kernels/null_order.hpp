#pragma once

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

/// Takes back the errors from number `first` on whose rows are NULL in `earlier`: Spark does not
/// evaluate an argument behind one that is NULL, so it cannot fail there.
void forgive_behind_null(EvalContext& context, std::size_t first, const Column& earlier);

}  // namespace millrace::kernels
