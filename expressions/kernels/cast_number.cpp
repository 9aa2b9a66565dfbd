#include <cmath>
#include <limits>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/cast.hpp"
#include "expressions/kernels/checked_loops.hpp"
#include "records/number_text.hpp"

namespace millrace::kernels {

namespace {

/// Java's (int) and (long) of a double: cut, saturated, 0 for NaN.
template <class To>
To saturate(double value) {
  constexpr double kLimit = sizeof(To) == 8 ? 9223372036854775808.0 : 2147483648.0;
  if (value != value) return 0;
  if (value >= kLimit) return std::numeric_limits<To>::max();
  if (value < -kLimit) return std::numeric_limits<To>::min();
  return static_cast<To>(value);
}

/// Java's narrowing of any number: fractions go through int or long, integers keep their low bits.
template <class From, class To>
To narrow(From value) {
  if constexpr (std::is_floating_point_v<To> || std::is_integral_v<From>)
    return static_cast<To>(value);
  else if constexpr (sizeof(To) == 8)
    return saturate<std::int64_t>(static_cast<double>(value));
  else
    return static_cast<To>(saturate<std::int32_t>(static_cast<double>(value)));
}

template <class From, class To>
constexpr bool kAlwaysFits = std::is_floating_point_v<To> ||
                             (std::is_integral_v<From> && sizeof(From) <= sizeof(To));

template <class From, class To>
bool fits(From value) {
  if constexpr (std::is_integral_v<From>) {
    return static_cast<To>(value) == value;
  } else {
    const double wide = static_cast<double>(value);
    constexpr double kEnd = sizeof(To) == 8 ? 9223372036854775808.0
                                            : static_cast<double>(std::numeric_limits<To>::max()) + 1;
    // Spark: floor(x) <= MAX and ceil(x) >= MIN. The greatest long is 2^63 as a double.
    if constexpr (sizeof(To) == 8) return std::floor(wide) <= kEnd && std::ceil(wide) >= -kEnd;
    return std::floor(wide) < kEnd && std::ceil(wide) >= -kEnd;
  }
}

template <class From>
std::string literal(From value, const DataType& type) {
  if constexpr (std::is_integral_v<From>) return literal_text(std::int64_t{value}, type);
  else return literal_text(static_cast<double>(value), type);
}

template <class From, class To>
UnaryKernel convert(const DataType& from, const DataType& to, const CastRule& rule) {
  if (kAlwaysFits<From, To> || rule.on_error == OnError::Wrap) {
    return [](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
      ColumnRef out = start_result(context, type, rows, *in);
      map_rows<From, To>(*in, rows, *out, [](From value) { return narrow<From, To>(value); });
      return out;
    };
  }
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_checked<From, To>(
        *in, rows, *out,
        [](From value, To& result) -> std::uint8_t {
          result = narrow<From, To>(value);
          return !fits<From, To>(value);
        },
        [&](std::uint32_t row, From value) {
          rule.reject(context, *out, row, cast_overflow(literal(value, from), from, to));
        });
    return out;
  };
}

template <class From, class To, class F>
UnaryKernel plain(F f) {
  return [f](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_rows<From, To>(*in, rows, *out, f);
    return out;
  };
}

UnaryKernel to_boolean(const DataType& from) {
  return with_number(from.kind(), [](auto zero) {
    using From = decltype(zero);
    return plain<From, std::uint8_t>([](From value) -> std::uint8_t { return value != 0; });
  });
}

UnaryKernel from_boolean(const DataType& to) {
  return with_number(to.kind(), [](auto zero) {
    using To = decltype(zero);
    return plain<std::uint8_t, To>([](std::uint8_t value) { return static_cast<To>(value); });
  });
}

bool is_plain_number(const DataType& type) {
  return type.is_numeric() && type.kind() != TypeKind::Decimal;
}

/// Without ANSI, integers are cast to their bytes, most significant first.
template <class From>
UnaryKernel to_binary() {
  return [](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    std::string_view* values = out->mutable_values<std::string_view>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const From value = in->at<From>(row);
      char* bytes = out->arena().allocate(sizeof(From));
      for (std::size_t b = 0; b < sizeof(From); ++b)
        bytes[b] = static_cast<char>(value >> (8 * (sizeof(From) - 1 - b)));
      values[row] = {bytes, sizeof(From)};
    });
    return out;
  };
}

UnaryKernel integer_to_binary(TypeKind kind) {
  switch (kind) {
    case TypeKind::Byte: return to_binary<std::int8_t>();
    case TypeKind::Short: return to_binary<std::int16_t>();
    case TypeKind::Int: return to_binary<std::int32_t>();
    default: return to_binary<std::int64_t>();
  }
}

}  // namespace

std::string literal_text(std::int64_t value, const DataType& type) {
  std::string text = std::to_string(value);
  switch (type.kind()) {
    case TypeKind::Byte: return text + "Y";
    case TypeKind::Short: return text + "S";
    case TypeKind::Long: return text + "L";
    default: return text;
  }
}

std::string literal_text(double value, const DataType& type) {
  std::string text;
  if (type.kind() == TypeKind::Float) append_float(text, static_cast<float>(value));
  else append_double(text, value);
  return std::isfinite(value) && type.kind() == TypeKind::Double ? text + "D" : text;
}

UnaryKernel number_cast(const DataType& from, const DataType& to, const CastRule& rule) {
  if (from.is_integral() && to.kind() == TypeKind::Binary) return integer_to_binary(from.kind());
  if (is_plain_number(from) && to.kind() == TypeKind::Boolean) return to_boolean(from);
  if (from.kind() == TypeKind::Boolean && is_plain_number(to)) return from_boolean(to);
  if (!is_plain_number(from) || !is_plain_number(to)) return {};
  return with_number(from.kind(), [&](auto in) {
    return with_number(to.kind(), [&](auto out) {
      using From = decltype(in);
      using To = decltype(out);
      return convert<From, To>(from, to, rule);
    });
  });
}

}  // namespace millrace::kernels
