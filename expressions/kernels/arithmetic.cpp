#include "expressions/kernels/arithmetic.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/checked_loops.hpp"
#include "records/check.hpp"

namespace millrace::kernels {

namespace {

template <class T>
using Unsigned = std::make_unsigned_t<T>;
/// What an operation reports: not zero where it went wrong.
template <class T>
using Flag = std::conditional_t<std::is_integral_v<T>, T, std::int32_t>;

// Each operation computes Java's wrapped result and returns a flag (sign bit or 0/1) for overflow or
// a zero divisor.

template <class T>
struct AddOperation {
  static constexpr const char* kHint = "try_add";
  static constexpr char kSymbol = '+';
  Flag<T> operator()(T a, T b, T& r) const {
    if constexpr (std::is_integral_v<T>) {
      r = static_cast<T>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b));
      return static_cast<T>((a ^ r) & (b ^ r) & std::numeric_limits<T>::min());
    } else {
      r = a + b;
      return 0;
    }
  }
};

template <class T>
struct SubtractOperation {
  static constexpr const char* kHint = "try_subtract";
  static constexpr char kSymbol = '-';
  Flag<T> operator()(T a, T b, T& r) const {
    if constexpr (std::is_integral_v<T>) {
      r = static_cast<T>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b));
      return static_cast<T>((a ^ b) & (a ^ r) & std::numeric_limits<T>::min());
    } else {
      r = a - b;
      return 0;
    }
  }
};

template <class T>
struct MultiplyOperation {
  static constexpr const char* kHint = "try_multiply";
  static constexpr char kSymbol = '*';
  std::int32_t operator()(T a, T b, T& r) const {
    if constexpr (std::is_same_v<T, std::int64_t>) {
      return __builtin_mul_overflow(a, b, &r);
    } else if constexpr (std::is_integral_v<T>) {
      const std::int64_t wide = static_cast<std::int64_t>(a) * b;
      r = static_cast<T>(wide);
      return wide != r;
    } else {
      r = a * b;
      return 0;
    }
  }
};

struct DivideOperation {
  std::int32_t operator()(double a, double b, double& r) const {
    r = a / b;
    return b == 0;
  }
};

struct IntegralDivideOperation {
  std::int32_t operator()(std::int64_t a, std::int64_t b, std::int64_t& r) const {
    const bool overflow = b == -1 && a == std::numeric_limits<std::int64_t>::min();
    r = overflow ? a : a / (b == 0 ? 1 : b);
    return (b == 0) | overflow;
  }
};

template <class T>
T remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return std::fmod(a, b);
  else return b == -1 ? T{0} : static_cast<T>(a % b);
}

template <class T>
struct RemainderOperation {
  std::int32_t operator()(T a, T b, T& r) const {
    const bool zero = b == 0;
    r = remainder<T>(a, zero ? T{1} : b);
    return zero;
  }
};

template <class T>
struct PositiveModuloOperation {
  std::int32_t operator()(T a, T b, T& r) const {
    const bool zero = b == 0;
    const T divisor = zero ? T{1} : b;
    r = remainder<T>(a, divisor);
    if (r < 0) r = static_cast<T>(remainder<Wide>(wrapped_sum(r, divisor), divisor));
    return zero;
  }

 private:
  /// Java adds small numbers as ints.
  using Wide = std::conditional_t<(sizeof(T) < 4), std::int32_t, T>;
  static Wide wrapped_sum(Wide a, Wide b) {
    Wide sum;
    AddOperation<Wide>()(a, b, sum);
    return sum;
  }
};

Error interval_overflow(const char* hint) {
  return spark_error("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", "22015",
                     "Integer overflow while operating with intervals. Use `" + std::string(hint) +
                         "` to tolerate overflow and return NULL instead.");
}

bool is_interval(const DataType& type) {
  return type.kind() == TypeKind::DayTimeInterval || type.kind() == TypeKind::YearMonthInterval;
}

template <class T, class Operation>
Error overflow_error(const DataType& type, T a, T b) {
  if (is_interval(type)) return interval_overflow(Operation::kHint);
  if constexpr (sizeof(T) <= 2) {
    return spark_error("BINARY_ARITHMETIC_OVERFLOW", "22003",
                       std::to_string(a) + "S " + Operation::kSymbol + " " + std::to_string(b) +
                           "S caused overflow. Use `" + Operation::kHint +
                           "` to ignore overflow problem and return NULL.");
  } else {
    (void)a;
    (void)b;
    return arithmetic_overflow(Operation::kHint);
  }
}

Error integral_divide_overflow() {
  Error error = arithmetic_overflow("try_divide");
  error.message.replace(0, std::string_view("overflow").size(), "Overflow in integral divide");
  return error;
}

/// Add, Subtract, Multiply.
template <class T, class Operation>
BinaryKernel overflowing(OnError on_error) {
  return [on_error](EvalContext& context, const DataType& type, const ColumnRef& left,
                    const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    if (on_error == OnError::Wrap) {
      map_pairs<T, T, T>(*left, *right, rows, *out, [](T a, T b) {
        T value;
        Operation()(a, b, value);
        return value;
      });
      return out;
    }
    map_checked<T, T>(*left, *right, rows, *out, Operation(), [&](std::uint32_t row, T a, T b) {
      if (on_error == OnError::Fail) context.fail(row, overflow_error<T, Operation>(type, a, b));
      out->set_null(row);
    });
    return out;
  };
}

template <class T, class Operation, class MakeError>
BinaryKernel dividing(OnError on_error, MakeError make) {
  return [on_error, make](EvalContext& context, const DataType& type, const ColumnRef& left,
                          const ColumnRef& right, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *left, *right);
    map_checked<T, T>(*left, *right, rows, *out, Operation(), [&](std::uint32_t row, T, T b) {
      // Only a quotient that does not fit has a divisor; it wraps without ANSI.
      if (b != 0 && on_error == OnError::Wrap) return;
      if (on_error == OnError::Fail) context.fail(row, make(b != 0));
      out->set_null(row);
    });
    return out;
  };
}

Error division_error(bool overflow) {
  return overflow ? integral_divide_overflow() : divide_by_zero();
}
Error remainder_error(bool) { return remainder_by_zero(); }

template <class T>
BinaryKernel kernel_for(Arithmetic operation, OnError on_error) {
  switch (operation) {
    case Arithmetic::Add: return overflowing<T, AddOperation<T>>(on_error);
    case Arithmetic::Subtract: return overflowing<T, SubtractOperation<T>>(on_error);
    case Arithmetic::Multiply: return overflowing<T, MultiplyOperation<T>>(on_error);
    case Arithmetic::Remainder:
      return dividing<T, RemainderOperation<T>>(on_error, remainder_error);
    case Arithmetic::PositiveModulo:
      return dividing<T, PositiveModuloOperation<T>>(on_error, remainder_error);
    case Arithmetic::Divide:
      return dividing<double, DivideOperation>(on_error, division_error);
    case Arithmetic::IntegralDivide:
      return dividing<std::int64_t, IntegralDivideOperation>(on_error, division_error);
  }
  return {};
}

}  // namespace

BinaryKernel arithmetic_kernel(Arithmetic operation, TypeKind operands, OnError on_error) {
  switch (operands) {
    case TypeKind::Byte: return kernel_for<std::int8_t>(operation, on_error);
    case TypeKind::Short: return kernel_for<std::int16_t>(operation, on_error);
    case TypeKind::Int:
    case TypeKind::YearMonthInterval: return kernel_for<std::int32_t>(operation, on_error);
    case TypeKind::Long:
    case TypeKind::DayTimeInterval: return kernel_for<std::int64_t>(operation, on_error);
    case TypeKind::Float: return kernel_for<float>(operation, on_error);
    case TypeKind::Double: return kernel_for<double>(operation, on_error);
    default: MILLRACE_CHECK(false, "arithmetic on a type that has none");
  }
  return {};
}

}  // namespace millrace::kernels
