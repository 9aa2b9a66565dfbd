#pragma once

#include "expressions/kernels/kernel_expression.hpp"

namespace millrace::kernels {

enum class Comparison { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

/// `a op b` for two columns of one type, by the order of ordering.hpp; NULL when a side is.
BinaryKernel comparison_kernel(Comparison operation, const DataType& operands);
/// `a <=> b`: NULL equals NULL, the result is never NULL.
BinaryKernel null_safe_equal_kernel(const DataType& operands);

}  // namespace millrace::kernels
