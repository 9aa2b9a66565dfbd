#include <optional>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/arithmetic.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "expressions/kernels/wide_decimal.hpp"
#include "records/decimal.hpp"
#include "records/wide_integer.hpp"

namespace millrace::kernels {

namespace {

DecimalOperation decimal_operation(Arithmetic operation) {
  switch (operation) {
    case Arithmetic::Add: return DecimalOperation::Add;
    case Arithmetic::Subtract: return DecimalOperation::Subtract;
    case Arithmetic::Multiply: return DecimalOperation::Multiply;
    case Arithmetic::Divide: return DecimalOperation::Divide;
    case Arithmetic::IntegralDivide: return DecimalOperation::IntegralDivide;
    default: return DecimalOperation::Remainder;
  }
}

bool is_division(Arithmetic operation) { return operation >= Arithmetic::Divide; }

/// One decimal operation with everything that is known when it is bound.
struct DecimalRule {
  Arithmetic operation;
  int left_scale;
  int right_scale;
  DataType result;  // of the decimal; IntegralDivide casts it to bigint afterwards
  OnError on_error;

  std::optional<Int128> compute(Int128 a, Int128 b) const {
    auto value =
        compute_decimal(decimal_operation(operation), a, left_scale, b, right_scale, result);
    if (operation != Arithmetic::PositiveModulo || !value || *value >= 0) return value;
    const auto sum = compute_decimal(DecimalOperation::Add, *value, result.scale(), b,
                                     right_scale, DataType::decimal(38, result.scale()));
    if (!sum) return sum;
    return compute_decimal(DecimalOperation::Remainder, *sum, result.scale(), b, right_scale,
                           result);
  }

  Error error(Int128 a, Int128 b) const {
    if (is_division(operation) && b == 0)
      return operation >= Arithmetic::Remainder ? remainder_by_zero() : divide_by_zero();
    return decimal_out_of_range(exact_result(operation, a, left_scale, b, right_scale), result);
  }
};

/// Add, Subtract and Multiply whose result type holds every result: no checks.
bool always_fits(Arithmetic operation, const DataType& left, const DataType& right) {
  const int integral = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  if (operation == Arithmetic::Multiply) return left.precision() + right.precision() + 1 <= 38;
  return operation <= Arithmetic::Subtract &&
         integral + std::max(left.scale(), right.scale()) + 1 <= 38;
}

BinaryKernel unchecked(Arithmetic operation, int left_scale, int right_scale) {
  const int scale = std::max(left_scale, right_scale);
  const Int128 x = operation == Arithmetic::Multiply ? 1 : power_of_ten(scale - left_scale);
  const Int128 y = operation == Arithmetic::Multiply ? 1 : power_of_ten(scale - right_scale);
  return [operation, x, y](EvalContext& context, const DataType& type, const ColumnRef& left,
                           const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    using Bits = UInt128;  // wraps on what lies in NULL rows
    auto run = [&](auto f) { map_pairs<Int128, Int128, Int128>(*left, *right, rows, *out, f); };
    const Bits ux = static_cast<Bits>(x), uy = static_cast<Bits>(y);
    switch (operation) {
      case Arithmetic::Add:
        run([=](Int128 a, Int128 b) {
          return static_cast<Int128>(static_cast<Bits>(a) * ux + static_cast<Bits>(b) * uy);
        });
        break;
      case Arithmetic::Subtract:
        run([=](Int128 a, Int128 b) {
          return static_cast<Int128>(static_cast<Bits>(a) * ux - static_cast<Bits>(b) * uy);
        });
        break;
      default:
        run([](Int128 a, Int128 b) {
          return static_cast<Int128>(static_cast<Bits>(a) * static_cast<Bits>(b));
        });
    }
    return out;
  };
}

/// Out is Int128, or int64_t for IntegralDivide.
template <class Out>
BinaryKernel checked(DecimalRule rule) {
  return [rule](EvalContext& context, const DataType& type, const ColumnRef& left,
                const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    Out* values = out->mutable_values<Out>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const Int128 a = left->at<Int128>(row), b = right->at<Int128>(row);
      if (const auto value = rule.compute(a, b)) {
        values[row] = static_cast<Out>(*value);
        return;
      }
      if (rule.on_error == OnError::Fail) context.fail(row, rule.error(a, b));
      out->set_null(row);
    });
    return out;
  };
}

}  // namespace

BinaryKernel decimal_kernel(Arithmetic operation, const DataType& left, const DataType& right,
                            OnError on_error) {
  if (always_fits(operation, left, right))
    return unchecked(operation, left.scale(), right.scale());
  const DataType result = decimal_result_type(decimal_operation(operation), left, right);
  const DecimalRule rule{operation, left.scale(), right.scale(), result, on_error};
  return operation == Arithmetic::IntegralDivide ? checked<std::int64_t>(rule)
                                                 : checked<Int128>(rule);
}

}  // namespace millrace::kernels
