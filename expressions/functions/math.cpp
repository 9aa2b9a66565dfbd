#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "expressions/functions/argument_types.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/kernels/conditional.hpp"

namespace millrace {

namespace {

using namespace sql;

using RealFunction = double (*)(double);

/// Logarithms of numbers up to `least` are NULL.
template <RealFunction F>
std::optional<double> log_above_zero(double x) {
  if (x <= 0) return std::nullopt;
  return F(x);
}

std::optional<double> log1p_above(double x) {
  if (x <= -1) return std::nullopt;
  return std::log1p(x);
}

std::optional<double> log_to_base(double base, double x) {
  if (base <= 0 || x <= 0) return std::nullopt;
  return std::log(x) / std::log(base);
}

double sign_of(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }

std::optional<std::int64_t> factorial(std::int32_t n) {
  if (n < 0 || n > 20) return std::nullopt;
  std::int64_t result = 1;
  for (std::int64_t i = 2; i <= n; ++i) result *= i;
  return result;
}

/// Bucket of `x` among `count` equal ones from `low` to `high`; NULL for bounds that make no sense.
std::optional<std::int64_t> width_bucket(double x, double low, double high, std::int64_t count) {
  if (count <= 0 || count == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  if (low == high || !std::isfinite(low) || !std::isfinite(high) || std::isnan(x))
    return std::nullopt;
  const double part = (x - low) / (high - low);
  if (part < 0) return 0;
  if (part >= 1) return count + 1;
  return static_cast<std::int64_t>(part * static_cast<double>(count)) + 1;
}

struct RealEntry {
  const char* signature;
  const char* summary;
  RealFunction function;
};

double cotangent(double x) { return 1.0 / std::tan(x); }
double secant(double x) { return 1.0 / std::cos(x); }
double cosecant(double x) { return 1.0 / std::sin(x); }
double to_degrees(double x) { return x * (180.0 / std::numbers::pi); }
double to_radians(double x) { return x / 180.0 * std::numbers::pi; }
/// Java gives NaN where the C library gives 1: for 1 and -1 to the power of infinity, 1 to that of NaN.
double power(double base, double exponent) {
  if (std::abs(base) == 1.0 && !std::isfinite(exponent)) return std::nan("");
  return std::pow(base, exponent);
}
/// Java's exp(1) is one unit above the C library's.
double exponential(double x) { return x == 1.0 ? 2.7182818284590455 : std::exp(x); }

/// One step of Newton's method behind the C library, which is a unit off for whole roots.
double cube_root(double x) {
  const double root = std::cbrt(x);
  if (root == 0 || !std::isfinite(root)) return root;
  return root - (root * root * root - x) / (3 * root * root);
}

constexpr RealEntry kRealFunctions[] = {
    {"sqrt(x)", "Square root, NaN below 0.", std::sqrt},
    {"cbrt(x)", "Cube root.", cube_root},
    {"exp(x)", "e to the power of x.", exponential},
    {"expm1(x)", "exp(x) - 1, exact near 0.", std::expm1},
    {"rint(x)", "Nearest whole number, halves to the even one.", std::nearbyint},
    {"sin(x)", "Sine.", std::sin},
    {"cos(x)", "Cosine.", std::cos},
    {"tan(x)", "Tangent.", std::tan},
    {"cot(x)", "Cotangent.", cotangent},
    {"sec(x)", "Secant.", secant},
    {"csc(x)", "Cosecant.", cosecant},
    {"asin(x)", "Arc sine.", std::asin},
    {"acos(x)", "Arc cosine.", std::acos},
    {"atan(x)", "Arc tangent.", std::atan},
    {"sinh(x)", "Hyperbolic sine.", std::sinh},
    {"cosh(x)", "Hyperbolic cosine.", std::cosh},
    {"tanh(x)", "Hyperbolic tangent.", std::tanh},
    {"asinh(x)", "Inverse hyperbolic sine.", std::asinh},
    {"acosh(x)", "Inverse hyperbolic cosine.", std::acosh},
    {"atanh(x)", "Inverse hyperbolic tangent.", std::atanh},
    {"degrees(x)", "Degrees from radians.", to_degrees},
    {"radians(x)", "Radians from degrees.", to_radians},
};

/// Spark calls its functions of one real number nullable.
auto nullable_real(RealFunction function) {
  return [function](double x) { return std::optional<double>(function(x)); };
}

void register_logarithms(FunctionGroup& math) {
  math.add<Double(Double)>("ln(x)", "Natural logarithm, NULL up to 0.", log_above_zero<std::log>);
  math.add<Double(Double)>("log10(x)", "Logarithm to base 10.", log_above_zero<std::log10>);
  math.add<Double(Double)>("log2(x)", "Logarithm to base 2.", log_above_zero<std::log2>);
  math.add<Double(Double)>("log1p(x)", "ln(1 + x), exact near 0.", log1p_above);
  math.add_custom("log([base, ]x)", "Logarithm to a base, the natural one without it.",
                  [](const FunctionCall& call) {
                    if (call.arguments.size() == 1)
                      return FunctionGroup::binder<Double(Double)>(
                          plain(log_above_zero<std::log>))(call);
                    return FunctionGroup::binder<Double(Double, Double)>(plain(log_to_base))(call);
                  });
}

/// Shifts of int by int, or of bigint by int: the distance counts modulo the width.
template <class IntF, class LongF>
FunctionGroup::Bind bind_shift(IntF on_int, LongF on_long) {
  return [on_int, on_long](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (!call.arguments.empty() && call.arguments[0] &&
        call.arguments[0]->type().kind() == TypeKind::Long)
      return FunctionGroup::binder<Long(Long, Int)>(plain(on_long))(call);
    return FunctionGroup::binder<Int(Int, Int)>(plain(on_int))(call);
  };
}

Result<BoundExpressionPtr> bind_bit_count(const FunctionCall& call) {
  if (!call.arguments.empty() && call.arguments[0] &&
      call.arguments[0]->type().kind() == TypeKind::Boolean)
    return FunctionGroup::binder<Int(Boolean)>(plain([](bool value) { return value ? 1 : 0; }))(call);
  return takes_only_whole_numbers(FunctionGroup::binder<Int(Long)>(plain([](std::int64_t value) {
    return static_cast<std::int32_t>(std::popcount(static_cast<std::uint64_t>(value)));
  })))(call);
}

/// getbit(): as a tinyint; the position lies within the width of the value's type.
Result<BoundExpressionPtr> bind_getbit(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  const DataType from = call.arguments[0] ? call.arguments[0]->type() : DataType();
  if (from.is_numeric() && !from.is_integral()) return unexpected_input_type(call, 0, "\"INTEGRAL\"");
  Result<Arguments> arguments =
      coerce_arguments(call, {DataType(TypeKind::Long), DataType(TypeKind::Int)});
  if (!arguments) return arguments.error();
  const auto bits = static_cast<std::int32_t>(8 * (from.is_integral() ? from.width() : 8));
  return make_call(
      DataType(TypeKind::Byte), std::move(*arguments),
      [bits](EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
        rows.for_each([&](std::uint32_t row) {
          if (out.is_null(row)) return;
          const std::int32_t position = columns[1]->at<std::int32_t>(row);
          if (position >= 0 && position < bits) {
            const std::int64_t bit = columns[0]->at<std::int64_t>(row) >> position & 1;
            out.mutable_values<std::int8_t>()[row] = static_cast<std::int8_t>(bit);
            return;
          }
          out.set_null(row);
          context.fail(row, invalid_parameter("BIT_POSITION_RANGE", "pos", "getbit",
                                              "expects an integer value in [0, " +
                                                  std::to_string(bits) + "), but got " +
                                                  std::to_string(position) + "."));
        });
      });
}

void register_bits(FunctionGroup& math) {
  using I = std::int32_t;
  using L = std::int64_t;
  using U = std::uint32_t;
  using UL = std::uint64_t;
  math.add_custom("shiftleft(value, bits)", "Bits moved to the left.",
                  bind_shift([](I v, I n) { return static_cast<I>(static_cast<U>(v) << (n & 31)); },
                             [](L v, I n) { return static_cast<L>(static_cast<UL>(v) << (n & 63)); }));
  math.add_custom("shiftright(value, bits)", "Bits moved to the right, the sign kept.",
                  bind_shift([](I v, I n) { return v >> (n & 31); },
                             [](L v, I n) { return v >> (n & 63); }));
  math.add_custom("shiftrightunsigned(value, bits)", "Bits moved to the right, zeros let in.",
                  bind_shift([](I v, I n) { return static_cast<I>(static_cast<U>(v) >> (n & 31)); },
                             [](L v, I n) { return static_cast<L>(static_cast<UL>(v) >> (n & 63)); }));
  math.add_custom("bit_count(value)", "Number of bits that are 1.", bind_bit_count);
  math.add_custom("getbit(value, position)", "Bit at a position, 0 is the lowest.", bind_getbit)
      .alias("bit_get");
  math.add<String(Long)>("bin(value)", "Binary digits.", [](CallRow& row, L value) {
    std::string digits;
    for (UL bits = static_cast<UL>(value); bits != 0 || digits.empty(); bits >>= 1)
      digits.insert(digits.begin(), static_cast<char>('0' + (bits & 1)));
    return row.copy(digits);
  });
}

/// conv(): digits of one base read as an unsigned number, written in another (signed below 0).
template <bool Ansi>
std::optional<std::string_view> convert_base(CallRow& row, std::string_view text, std::int32_t from,
                                             std::int32_t to) {
  if (from < 2 || from > 36 || to < -36 || to > 36) return std::nullopt;
  const int to_base = std::abs(to);
  if (to_base < 2) return std::nullopt;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  std::uint64_t number = 0;
  for (std::size_t i = negative ? 1 : 0; i < text.size(); ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' ? (c | 0x20) - 'a' + 10 : 99;
    if (digit >= from) break;
    if (__builtin_mul_overflow(number, static_cast<std::uint64_t>(from), &number) ||
        __builtin_add_overflow(number, static_cast<std::uint64_t>(digit), &number)) {
      if (Ansi)
        return row.fail(row_error("ARITHMETIC_OVERFLOW", "22003", "Overflow in function conv()."));
      number = ~std::uint64_t{0};
      break;
    }
  }
  const bool is_signed = to < 0, wraps = static_cast<std::int64_t>(number) < 0;
  if (is_signed ? wraps : negative) number = 0 - number;
  std::string digits;
  do {
    digits += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % static_cast<std::uint64_t>(to_base)];
    number /= static_cast<std::uint64_t>(to_base);
  } while (number != 0);
  if (is_signed && (negative || wraps)) digits += '-';
  return row.copy(std::string(digits.rbegin(), digits.rend()));
}

Result<BoundExpressionPtr> bind_conv(const FunctionCall& call) {
  return FunctionGroup::binder<String(String, Int, Int)>(
      plain(call.settings.ansi ? convert_base<true> : convert_base<false>))(call);
}

/// `other` is evaluated only where x is NaN.
Result<BoundExpressionPtr> bind_nanvl(const FunctionCall& call) {
  const DataType number(TypeKind::Double);
  Result<Arguments> arguments = coerce_arguments(call, {number, number});
  if (!arguments) return arguments.error();
  const BoundExpressionPtr& value = (*arguments)[0];
  Result<BoundExpressionPtr> is_nan = call_function("isnan", {value}, call);
  if (!is_nan) return is_nan.error();
  return kernels::make_case(number, {{std::move(*is_nan), (*arguments)[1]}}, value);
}

}  // namespace

void register_math_functions(FunctionRegistry& registry) {
  FunctionGroup math(registry, "math");
  for (const RealEntry& entry : kRealFunctions)
    math.add<Double(Double)>(entry.signature, entry.summary, nullable_real(entry.function));
  register_logarithms(math);
  register_bits(math);
  math.add<Double()>("pi()", "The ratio of a circle's circumference to its diameter.",
                     [] { return std::numbers::pi; });
  math.add<Double()>("e()", "Euler's number.", [] { return std::numbers::e; });
  math.add<Double(Double, Double)>("pow(base, exponent)", "A power.", power).alias("power");
  math.add<Double(Double, Double)>("atan2(y, x)", "Angle of a point.",
                                   // Spark adds 0.0, which takes the sign from -0.0.
                                   [](double y, double x) { return std::atan2(y + 0.0, x + 0.0); });
  math.add<Double(Double, Double)>("hypot(x, y)", "Length of the hypotenuse.",
                                   [](double x, double y) { return std::hypot(x, y); });
  math.add<Double(Double)>("signum(x)", "-1, 0 or 1 by the sign.",
                           nullable_real(sign_of)).alias("sign");
  math.add<Long(Int)>("factorial(n)", "Factorial, NULL beyond 20.", factorial);
  math.add<Long(Double, Double, Double, Long)>("width_bucket(x, low, high, count)",
                                               "Bucket of x among equal ones.", width_bucket);
  math.add_custom("conv(digits, from, to)", "Digits of one base in another.", bind_conv);
  math.add_custom("isnan(x)", "True for NaN, false for NULL.", [](const FunctionCall& call) {
    Result<Arguments> arguments = coerce_arguments(call, {DataType(TypeKind::Double)});
    if (!arguments) return Result<BoundExpressionPtr>(arguments.error());
    return Result<BoundExpressionPtr>(make_call(
        DataType(TypeKind::Boolean), false, std::move(*arguments),
        [](EvalContext&, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
          rows.for_each([&](std::uint32_t row) {
            out.mutable_values<std::uint8_t>()[row] =
                !columns[0]->is_null(row) && std::isnan(columns[0]->at<double>(row));
          });
        },
        NullRule::Own));
  });
  math.add_custom("nanvl(x, other)", "`other` where x is NaN.", bind_nanvl);
}

}  // namespace millrace
