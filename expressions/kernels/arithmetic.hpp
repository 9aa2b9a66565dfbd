#pragma once

#include "expressions/kernels/kernel_expression.hpp"

namespace millrace::kernels {

enum class Arithmetic { Add, Subtract, Multiply, Divide, IntegralDivide, Remainder, PositiveModulo };
/// What becomes of an overflow or a division by zero.
enum class OnError {
  Wrap,  // without ANSI: integers wrap around, division by zero is NULL
  Fail,  // ANSI: an error of the row
  Null,  // try_add and its kin
};

/// `a op b` for two operands of one kind: Byte to Double (Divide: Double; IntegralDivide: Long), and
/// Int128-free types that lie like them (intervals are Long or Int).
BinaryKernel arithmetic_kernel(Arithmetic operation, TypeKind operands, OnError on_error);
/// For two decimals of any precision; the node's type says the result's.
BinaryKernel decimal_kernel(Arithmetic operation, const DataType& left, const DataType& right,
                            OnError on_error);

enum class Sign { Negate, Absolute };
/// Requires: a numeric kind or an interval's.
UnaryKernel sign_kernel(Sign operation, TypeKind operand, OnError on_error);

enum class Bitwise { And, Or, Xor };
BinaryKernel bitwise_kernel(Bitwise operation, TypeKind operands);
UnaryKernel bitwise_not_kernel(TypeKind operand);
enum class Shift { Left, Right, UnsignedRight };
/// `operand` is Int or Long; the count is Int and taken modulo the width, as Java does.
BinaryKernel shift_kernel(Shift operation, TypeKind operand);

}  // namespace millrace::kernels
