#include <cmath>
#include <limits>
#include <type_traits>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/arithmetic.hpp"
#include "expressions/kernels/checked_loops.hpp"
#include "records/check.hpp"

namespace millrace::kernels {

namespace {

/// Calls f with a value of the C++ type of an integral kind.
template <class F>
auto with_integral(TypeKind kind, F f) {
  switch (kind) {
    case TypeKind::Byte: return f(std::int8_t{});
    case TypeKind::Short: return f(std::int16_t{});
    case TypeKind::Int: return f(std::int32_t{});
    default: return f(std::int64_t{});
  }
}

template <class L, class R, class F>
BinaryKernel plain_binary(F f) {
  return [f](EvalContext& context, const DataType& type, const ColumnRef& left,
             const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    map_pairs<L, R, L>(*left, *right, rows, *out, f);
    return out;
  };
}

template <class T>
BinaryKernel shift_for(Shift operation) {
  using Count = std::int32_t;
  constexpr Count kMask = sizeof(T) * 8 - 1;
  using Bits = std::make_unsigned_t<T>;
  switch (operation) {
    case Shift::Left:
      return plain_binary<T, Count>(
          [](T a, Count n) { return static_cast<T>(static_cast<Bits>(a) << (n & kMask)); });
    case Shift::Right:
      return plain_binary<T, Count>([](T a, Count n) { return static_cast<T>(a >> (n & kMask)); });
    case Shift::UnsignedRight:
      return plain_binary<T, Count>(
          [](T a, Count n) { return static_cast<T>(static_cast<Bits>(a) >> (n & kMask)); });
  }
  return {};
}

/// Negates where `negate` says; the least integer has no counterpart.
template <class T>
std::int32_t change_sign(T a, bool negate, T& r) {
  if constexpr (std::is_integral_v<T>) {
    using Bits = std::make_unsigned_t<T>;
    r = negate ? static_cast<T>(Bits{0} - static_cast<Bits>(a)) : a;
    return negate && a == std::numeric_limits<T>::min();
  } else {
    r = negate ? -a : a;
    return 0;
  }
}

template <class T>
bool is_below_zero(T a) {
  if constexpr (std::is_floating_point_v<T>) return std::signbit(a);
  else return a < 0;
}

bool is_interval(const DataType& type) {
  return type.kind() == TypeKind::DayTimeInterval || type.kind() == TypeKind::YearMonthInterval;
}

/// With ANSI or without: Spark computes intervals with Java's exact arithmetic.
Error interval_overflow() {
  return spark_error("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015",
                     "Integer overflow while operating with intervals. Try devising appropriate "
                     "values for the interval parameters.");
}

template <class T>
UnaryKernel sign_for(Sign operation, OnError on_error) {
  return [operation, on_error](EvalContext& context, const DataType& type, const ColumnRef& in,
                               Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    const bool always = operation == Sign::Negate;
    map_checked<T, T>(
        *in, rows, *out,
        [always](T a, T& r) { return change_sign<T>(a, always || is_below_zero(a), r); },
        [&](std::uint32_t row, T) {
          if (is_interval(type)) context.fail(row, interval_overflow());
          else if (on_error == OnError::Wrap) return;
          else if (on_error == OnError::Fail) context.fail(row, arithmetic_overflow(""));
          out->set_null(row);
        });
    return out;
  };
}

}  // namespace

BinaryKernel bitwise_kernel(Bitwise operation, TypeKind operands) {
  return with_integral(operands, [&](auto zero) -> BinaryKernel {
    using T = decltype(zero);
    switch (operation) {
      case Bitwise::And:
        return plain_binary<T, T>([](T a, T b) { return static_cast<T>(a & b); });
      case Bitwise::Or:
        return plain_binary<T, T>([](T a, T b) { return static_cast<T>(a | b); });
      case Bitwise::Xor:
        return plain_binary<T, T>([](T a, T b) { return static_cast<T>(a ^ b); });
    }
    return {};
  });
}

UnaryKernel bitwise_not_kernel(TypeKind operand) {
  return with_integral(operand, [](auto zero) -> UnaryKernel {
    using T = decltype(zero);
    return [](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
      ColumnRef out = start_result(context, type, rows, *in);
      map_rows<T, T>(*in, rows, *out, [](T a) { return static_cast<T>(~a); });
      return out;
    };
  });
}

BinaryKernel shift_kernel(Shift operation, TypeKind operand) {
  return operand == TypeKind::Long ? shift_for<std::int64_t>(operation)
                                   : shift_for<std::int32_t>(operation);
}

UnaryKernel sign_kernel(Sign operation, TypeKind operand, OnError on_error) {
  switch (operand) {
    case TypeKind::Byte: return sign_for<std::int8_t>(operation, on_error);
    case TypeKind::Short: return sign_for<std::int16_t>(operation, on_error);
    case TypeKind::Int:
    case TypeKind::YearMonthInterval: return sign_for<std::int32_t>(operation, on_error);
    case TypeKind::Long:
    case TypeKind::DayTimeInterval: return sign_for<std::int64_t>(operation, on_error);
    case TypeKind::Float: return sign_for<float>(operation, on_error);
    case TypeKind::Double: return sign_for<double>(operation, on_error);
    case TypeKind::Decimal: return sign_for<Int128>(operation, on_error);
    default: MILLRACE_CHECK(false, "sign of a type that has none");
  }
  return {};
}

}  // namespace millrace::kernels
