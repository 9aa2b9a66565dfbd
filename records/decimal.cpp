#include "records/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "records/number_text.hpp"
#include "records/wide_integer.hpp"

namespace millrace {

namespace {

constexpr int kMinAdjustedScale = 6;

constexpr std::array<UInt128, 39> make_powers() {
  std::array<UInt128, 39> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<UInt128, 39> kPowers = make_powers();

UInt128 power(int exponent) { return kPowers[static_cast<std::size_t>(exponent)]; }

/// A number on its way to a result: sign and 256-bit magnitude.
struct Wide {
  bool negative = false;
  UInt256 magnitude;
};

/// `value * 10^exponent`. Requires: 0 <= exponent <= 38.
Wide widen(Int128 value, int exponent = 0) {
  return {value < 0, multiply(magnitude(value), power(exponent))};
}

Wide add_wide(const Wide& a, const Wide& b) {
  if (a.negative == b.negative) return {a.negative, add(a.magnitude, b.magnitude)};
  if (a.magnitude < b.magnitude) return {b.negative, subtract(b.magnitude, a.magnitude)};
  return {a.negative, subtract(a.magnitude, b.magnitude)};
}

std::optional<Int128> narrow(const Wide& value, const DataType& type) {
  if (value.magnitude.high != 0 || value.magnitude.low >= power(type.precision())) return {};
  const Int128 result = static_cast<Int128>(value.magnitude.low);
  return value.negative ? -result : result;
}

UInt256 divide_half_up(const UInt256& value, const UInt256& divisor) {
  const Division division = divide(value, divisor);
  const UInt256 other_half = subtract(divisor, division.remainder);
  const bool up = !(division.remainder < other_half);
  return up ? add(division.quotient, {0, 1}) : division.quotient;
}

std::optional<Int128> rescale_wide(Wide value, int from_scale, const DataType& to) {
  const int shift = to.scale() - from_scale;
  if (shift > 0) {
    if (!multiply(value.magnitude, power(std::min(shift, kMaxDecimalPrecision)), value.magnitude))
      return {};
  } else if (shift < 0) {
    int left = -shift;
    UInt256 divisor{0, 1};
    for (; left > 0; left -= std::min(left, 38))
      if (!multiply(divisor, power(std::min(left, 38)), divisor)) return Int128{0};
    value.magnitude = divide_half_up(value.magnitude, divisor);
  }
  return narrow(value, to);
}

std::optional<Int128> divide_wide(Int128 a, int a_scale, Int128 b, int b_scale,
                                  const DataType& result) {
  if (b == 0) return {};
  const int exponent = result.scale() - a_scale + b_scale;
  UInt256 dividend{0, magnitude(a)};
  UInt256 divisor{0, magnitude(b)};
  UInt256& grown = exponent >= 0 ? dividend : divisor;
  for (int left = std::abs(exponent); left > 0; left -= std::min(left, 38))
    // A dividend this large has a quotient beyond 38 digits; a divisor this large leaves nothing.
    if (!multiply(grown, power(std::min(left, 38)), grown))
      return exponent >= 0 && a != 0 ? std::optional<Int128>() : Int128{0};
  return narrow({(a < 0) != (b < 0), divide_half_up(dividend, divisor)}, result);
}

/// Both numbers at the larger of their scales, divided with the quotient cut.
Division divide_aligned(Int128 a, int a_scale, Int128 b, int b_scale) {
  const int scale = std::max(a_scale, b_scale);
  return divide(widen(a, scale - a_scale).magnitude, widen(b, scale - b_scale).magnitude);
}

struct DecimalSyntax {
  bool valid = false;
  bool negative = false;
  std::string_view digits;         // may hold one point
  std::int64_t fraction_digits = 0;
  std::int64_t exponent = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

DecimalSyntax scan_decimal(std::string_view text) {
  DecimalSyntax syntax;
  syntax.negative = text.starts_with('-');
  if (syntax.negative || text.starts_with('+')) text.remove_prefix(1);
  std::size_t i = 0;
  std::size_t num_digits = 0;
  bool seen_point = false;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !seen_point)); ++i) {
    if (text[i] == '.') seen_point = true;
    else ++num_digits, syntax.fraction_digits += seen_point ? 1 : 0;
  }
  syntax.digits = text.substr(0, i);
  if (num_digits == 0) return syntax;
  syntax.valid = i == text.size();
  if (syntax.valid || (text[i] != 'e' && text[i] != 'E')) return syntax;
  const auto exponent = parse_integer(text.substr(i + 1), TypeKind::Int, IntegerSyntax::Ansi);
  syntax.valid = exponent.has_value() && text.substr(i + 1) == trim_all(text.substr(i + 1));
  syntax.exponent = exponent.value_or(0);
  return syntax;
}

/// Takes digits one by one and rounds HALF_UP after the wanted number of them.
DecimalParse collect_digits(const DecimalSyntax& syntax, const DataType& type, Int128& value) {
  std::string_view digits = syntax.digits;
  std::int64_t significant = static_cast<std::int64_t>(digits.size());
  if (digits.find('.') != std::string_view::npos) --significant;
  while (!digits.empty() && (digits.front() == '0' || digits.front() == '.')) {
    if (digits.front() == '0') --significant;
    digits.remove_prefix(1);
  }
  value = 0;
  std::int64_t wanted = significant - syntax.fraction_digits + syntax.exponent + type.scale();
  if (significant == 0 || wanted < 0) return DecimalParse::Ok;
  if (wanted > type.precision()) return DecimalParse::OutOfRange;
  Int128 collected = 0;
  for (char c : digits) {
    if (c == '.') continue;
    if (wanted == 0) {
      if (c >= '5') ++collected;
      break;
    }
    collected = collected * 10 + (c - '0');
    --wanted;
  }
  collected *= static_cast<Int128>(power(static_cast<int>(wanted)));
  if (magnitude(collected) >= power(type.precision())) return DecimalParse::OutOfRange;
  value = syntax.negative ? -collected : collected;
  return DecimalParse::Ok;
}

/// Digits of the magnitude into `end` backwards; returns where they begin.
char* write_digits(char* end, UInt128 value) {
  do *--end = static_cast<char>('0' + static_cast<int>(value % 10));
  while ((value /= 10) != 0);
  return end;
}

}  // namespace

Int128 power_of_ten(int exponent) { return static_cast<Int128>(power(exponent)); }

int count_digits(Int128 value) {
  const UInt128 size = magnitude(value);
  int digits = 1;
  while (digits < 39 && size >= power(digits)) ++digits;
  return digits;
}

DataType adjust_precision_scale(int precision, int scale) {
  if (precision <= kMaxDecimalPrecision) return DataType::decimal(precision, scale);
  const int whole_digits = precision - scale;
  const int least_scale = std::min(scale, kMinAdjustedScale);
  return DataType::decimal(kMaxDecimalPrecision,
                           std::max(kMaxDecimalPrecision - whole_digits, least_scale));
}

DataType decimal_result_type(DecimalOperation operation, const DataType& a, const DataType& b) {
  const int a_whole = a.precision() - a.scale();
  const int b_whole = b.precision() - b.scale();
  const int scale = std::max(a.scale(), b.scale());
  switch (operation) {
    case DecimalOperation::Add:
    case DecimalOperation::Subtract:
      return adjust_precision_scale(std::max(a_whole, b_whole) + scale + 1, scale);
    case DecimalOperation::Multiply:
      return adjust_precision_scale(a.precision() + b.precision() + 1, a.scale() + b.scale());
    case DecimalOperation::Divide: {
      const int quotient_scale = std::max(kMinAdjustedScale, a.scale() + b.precision() + 1);
      return adjust_precision_scale(a_whole + b.scale() + quotient_scale, quotient_scale);
    }
    case DecimalOperation::Remainder:
      return adjust_precision_scale(std::min(a_whole, b_whole) + scale, scale);
    case DecimalOperation::IntegralDivide:
      return DataType::decimal(std::clamp(a_whole + b.scale(), 1, kMaxDecimalPrecision), 0);
  }
  return {};
}

std::optional<Int128> compute_decimal(DecimalOperation operation, Int128 a, int a_scale, Int128 b,
                                      int b_scale, const DataType& result) {
  const int scale = std::max(a_scale, b_scale);
  const bool negative_quotient = (a < 0) != (b < 0);
  switch (operation) {
    case DecimalOperation::Subtract: b = -b; [[fallthrough]];
    case DecimalOperation::Add:
      return rescale_wide(add_wide(widen(a, scale - a_scale), widen(b, scale - b_scale)), scale,
                          result);
    case DecimalOperation::Multiply:
      return rescale_wide({negative_quotient, multiply(magnitude(a), magnitude(b))},
                          a_scale + b_scale, result);
    case DecimalOperation::Divide: return divide_wide(a, a_scale, b, b_scale, result);
    case DecimalOperation::Remainder:
      if (b == 0) return {};
      return rescale_wide({a < 0, divide_aligned(a, a_scale, b, b_scale).remainder}, scale, result);
    case DecimalOperation::IntegralDivide:
      if (b == 0) return {};
      return narrow({negative_quotient, divide_aligned(a, a_scale, b, b_scale).quotient}, result);
  }
  return {};
}

int compare_decimals(Int128 a, int a_scale, Int128 b, int b_scale) {
  if (a_scale == b_scale) return a < b ? -1 : a > b ? 1 : 0;
  const int scale = std::max(a_scale, b_scale);
  const Wide x = widen(a, scale - a_scale);
  const Wide y = widen(b, scale - b_scale);
  if (x.magnitude == y.magnitude && (x.negative == y.negative || a == 0)) return 0;
  if (x.negative != y.negative) return x.negative ? -1 : 1;
  return (x.magnitude < y.magnitude) != x.negative ? -1 : 1;
}

std::optional<Int128> rescale_decimal(Int128 value, int from_scale, const DataType& to) {
  return rescale_wide(widen(value), from_scale, to);
}

DataType decimal_type_for(TypeKind kind) {
  switch (kind) {
    case TypeKind::Byte: return DataType::decimal(3, 0);
    case TypeKind::Short: return DataType::decimal(5, 0);
    case TypeKind::Int: return DataType::decimal(10, 0);
    case TypeKind::Long: return DataType::decimal(20, 0);
    case TypeKind::Float: return DataType::decimal(14, 7);
    default: return DataType::decimal(30, 15);
  }
}

DecimalParse parse_decimal(std::string_view text, const DataType& type, Int128& value) {
  const DecimalSyntax syntax = scan_decimal(trim_all(text));
  if (!syntax.valid) return DecimalParse::Malformed;
  return collect_digits(syntax, type, value);
}

void append_decimal(std::string& out, Int128 value, int scale) {
  char text[48];
  char* const end = text + sizeof text;
  char* digits = write_digits(end, magnitude(value));
  while (end - digits <= scale) *--digits = '0';
  if (value < 0) out += '-';
  out.append(digits, end - scale);
  if (scale == 0) return;
  out += '.';
  out.append(end - scale, end);
}

void append_decimal_scientific(std::string& out, Int128 value, int scale) {
  const int exponent = count_digits(value) - 1 - scale;
  if (exponent >= -6) return append_decimal(out, value, scale);
  char text[48];
  char* const end = text + sizeof text;
  char* digits = write_digits(end, magnitude(value));
  if (value < 0) out += '-';
  out += *digits++;
  if (digits != end) out.append(".").append(digits, end);
  out += 'E';
  append_integer(out, exponent);
}

double decimal_to_double(Int128 value, int scale) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (value > -kExact && value < kExact && scale <= 22)
    return static_cast<double>(static_cast<std::int64_t>(value)) /
           static_cast<double>(power(scale));
  std::string text;
  append_decimal(text, value, scale);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

std::optional<std::int64_t> decimal_to_long(Int128 value, int scale) {
  const Int128 whole = value / power_of_ten(scale);
  if (whole < INT64_MIN || whole > INT64_MAX) return {};
  return static_cast<std::int64_t>(whole);
}

std::optional<Int128> decimal_from_double(double value, const DataType& type) {
  if (!std::isfinite(value)) return {};
  char text[32];
  const char* end = std::to_chars(text, text + sizeof text, value).ptr;
  Int128 result = 0;
  if (parse_decimal({text, end}, type, result) != DecimalParse::Ok) return {};
  return result;
}

std::optional<Int128> decimal_from_long(std::int64_t value, const DataType& type) {
  return rescale_decimal(value, 0, type);
}

}  // namespace millrace
