#pragma once

#include <string>

#include "expressions/kernels/arithmetic.hpp"

namespace millrace::kernels {

/// The result of Add, Subtract or Multiply as plain digits, rounded to 38 of them, for the message
/// about a decimal that does not fit.
std::string exact_result(Arithmetic operation, Int128 a, int a_scale, Int128 b, int b_scale);

}  // namespace millrace::kernels
