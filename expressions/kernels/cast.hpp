#pragma once

#include "expressions/kernels/arithmetic.hpp"
#include "records/time_zone.hpp"

namespace millrace::kernels {

/// How a cast behaves: Spark's under ANSI (Fail), without it (Wrap: numbers wrap, what cannot be read
/// is NULL) and TRY_CAST (Null).
struct CastRule {
  OnError on_error = OnError::Fail;
  bool ansi = true;  // decimals as text: plain under ANSI, else `1.000E-7`
  TimeZone zone;

  /// Row `row` cannot be converted.
  void reject(EvalContext& context, Column& out, std::uint32_t row, Error error) const {
    if (on_error == OnError::Fail) context.fail(row, std::move(error));
    out.set_null(row);
  }
};

/// Kernel for a pair of types that `check_cast` (bind/cast_rules.hpp) allows; the types differ.
UnaryKernel cast_kernel(const DataType& from, const DataType& to, const CastRule& rule);

// By target or source; each returns an empty kernel for a pair it does not know.

UnaryKernel number_cast(const DataType& from, const DataType& to, const CastRule& rule);
UnaryKernel decimal_cast(const DataType& from, const DataType& to, const CastRule& rule);
UnaryKernel text_cast(const DataType& to, const CastRule& rule);  // from String
UnaryKernel to_text_cast(const DataType& from, const CastRule& rule);
UnaryKernel time_cast(const DataType& from, const DataType& to, const CastRule& rule);
UnaryKernel interval_cast(const DataType& from, const DataType& to, const CastRule& rule);
UnaryKernel nested_cast(const DataType& from, const DataType& to, const CastRule& rule);

/// A number as Spark prints the literal: `300`, `2147483648L`, `1.0E20D`, `2.5BD`.
std::string literal_text(std::int64_t value, const DataType& type);
std::string literal_text(double value, const DataType& type);

/// Calls f with a value of the C++ type of a numeric kind other than Decimal.
template <class F>
auto with_number(TypeKind kind, F f) {
  switch (kind) {
    case TypeKind::Byte: return f(std::int8_t{});
    case TypeKind::Short: return f(std::int16_t{});
    case TypeKind::Int: return f(std::int32_t{});
    case TypeKind::Float: return f(float{});
    case TypeKind::Double: return f(double{});
    default: return f(std::int64_t{});
  }
}

}  // namespace millrace::kernels
