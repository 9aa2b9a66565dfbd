#include <cmath>
#include <limits>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/cast.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "records/decimal.hpp"
#include "records/number_text.hpp"

namespace millrace::kernels {

namespace {

/// out[row] = convert(in[row]), an optional; reject(row, value) where it is empty.
template <class From, class To, class Convert, class Reject>
ColumnRef try_rows(EvalContext& context, const DataType& type, const Column& in, Rows rows,
                   Convert convert, Reject reject) {
  ColumnRef out = start_result(context, type, rows, in);
  To* values = out->mutable_values<To>();
  rows.for_each([&](std::uint32_t row) {
    if (out->is_null(row)) return;
    const auto value = convert(in.at<From>(row));
    if (value) values[row] = static_cast<To>(*value);
    else reject(*out, row, in.at<From>(row));
  });
  return out;
}

std::string plain_text(Int128 value, int scale) {
  std::string text;
  append_decimal(text, value, scale);
  return text;
}

UnaryKernel rescale(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    return try_rows<Int128, Int128>(
        context, type, *in, rows,
        [&](Int128 value) { return rescale_decimal(value, from.scale(), to); },
        [&](Column& out, std::uint32_t row, Int128 value) {
          rule.reject(context, out, row,
                      decimal_out_of_range(plain_text(value, from.scale()), to));
        });
  };
}

/// Numbers whose most digits the decimal has room for: no checks.
template <class From>
UnaryKernel from_fitting_integer(int scale) {
  return [factor = power_of_ten(scale)](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_rows<From, Int128>(*in, rows, *out, [factor](From value) { return Int128{value} * factor; });
    return out;
  };
}

template <class From>
UnaryKernel from_integer(const DataType& to, const CastRule& rule) {
  if (to.precision() - to.scale() > std::numeric_limits<From>::digits10)
    return from_fitting_integer<From>(to.scale());
  return [to, rule](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    return try_rows<From, Int128>(
        context, type, *in, rows, [&](From value) { return decimal_from_long(value, to); },
        [&](Column& out, std::uint32_t row, From value) {
          rule.reject(context, out, row, decimal_out_of_range(std::to_string(value), to));
        });
  };
}

template <class From>
UnaryKernel from_fraction(const DataType& to, const CastRule& rule) {
  return [to, rule](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    return try_rows<From, Int128>(
        context, type, *in, rows,
        [&](From value) { return decimal_from_double(static_cast<double>(value), to); },
        [&](Column& out, std::uint32_t row, From value) {
          // NaN and the infinities are NULL under ANSI too.
          if (!std::isfinite(value)) return out.set_null(row);
          std::string text;
          append_double(text, static_cast<double>(value));
          rule.reject(context, out, row, decimal_out_of_range(text, to));
        });
  };
}

template <class To>
std::optional<To> to_integer(Int128 value, int scale, bool wrap) {
  const Int128 whole = value / power_of_ten(scale);
  const To result = static_cast<To>(whole);
  if (wrap || result == whole) return result;
  return std::nullopt;
}

template <class To>
UnaryKernel to_number(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    return try_rows<Int128, To>(
        context, type, *in, rows,
        [&](Int128 value) -> std::optional<To> {
          if constexpr (std::is_floating_point_v<To>)
            return static_cast<To>(decimal_to_double(value, from.scale()));
          else
            return to_integer<To>(value, from.scale(), rule.on_error == OnError::Wrap);
        },
        [&](Column& out, std::uint32_t row, Int128 value) {
          rule.reject(context, out, row,
                      cast_overflow(plain_text(value, from.scale()) + "BD", from, to));
        });
  };
}

UnaryKernel to_boolean() {
  return [](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_rows<Int128, std::uint8_t>(*in, rows, *out,
                                   [](Int128 value) -> std::uint8_t { return value != 0; });
    return out;
  };
}

UnaryKernel to_decimal(const DataType& from, const DataType& to, const CastRule& rule) {
  switch (from.kind()) {
    case TypeKind::Decimal: return rescale(from, to, rule);
    case TypeKind::Boolean: return from_integer<std::uint8_t>(to, rule);
    case TypeKind::Byte: return from_integer<std::int8_t>(to, rule);
    case TypeKind::Short: return from_integer<std::int16_t>(to, rule);
    case TypeKind::Int: return from_integer<std::int32_t>(to, rule);
    case TypeKind::Long: return from_integer<std::int64_t>(to, rule);
    case TypeKind::Float: return from_fraction<float>(to, rule);
    case TypeKind::Double: return from_fraction<double>(to, rule);
    default: return {};
  }
}

}  // namespace

UnaryKernel decimal_cast(const DataType& from, const DataType& to, const CastRule& rule) {
  if (to.kind() == TypeKind::Decimal) return to_decimal(from, to, rule);
  if (from.kind() != TypeKind::Decimal) return {};
  if (to.kind() == TypeKind::Boolean) return to_boolean();
  if (!to.is_numeric()) return {};
  return with_number(to.kind(), [&](auto zero) {
    using To = decltype(zero);
    return to_number<To>(from, to, rule);
  });
}

}  // namespace millrace::kernels
