#include "expressions/expression_errors.hpp"
#include "expressions/parse/literal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace millrace::parse {
namespace {

constexpr std::size_t kMaxDigits = 38;

struct NumberText {
  std::string digits;  // as written, sign and suffix cut
  std::string suffix;  // upper case: "", L S Y D F BD
  bool fraction = false;
  bool exponent = false;
};

NumberText split(std::string_view text) {
  NumberText out;
  std::size_t end = text.size();
  while (end > 0 && (text[end - 1] < '0' || text[end - 1] > '9') && text[end - 1] != '.') --end;
  for (const char c : text.substr(end)) out.suffix.push_back(static_cast<char>(c & ~0x20));
  for (const char c : text.substr(0, end)) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;  // `- 5`
    out.digits.push_back(c);
  }
  out.fraction = out.digits.find('.') != out.digits.npos;
  out.exponent = out.digits.find_first_of("eE") != out.digits.npos;
  return out;
}

Error out_of_range(const std::string& text, const char* type, const std::string& min,
                   const std::string& max) {
  Error error = spark_error("INVALID_NUMERIC_LITERAL_RANGE", "22003",
                            "Numeric literal " + text + " is outside the valid range for " + type +
                                " with minimum value of " + min + " and maximum value of " + max +
                                ". Please adjust the value accordingly.");
  error.fix = "write a number inside the range, or a wider type's suffix";
  return error;
}

std::optional<std::int64_t> integer(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

template <class Int>
Result<Value> sized(const NumberText& number, TypeKind kind, const char* type) {
  using Limits = std::numeric_limits<Int>;
  const auto value = integer(number.digits);
  if (!value || *value < Limits::min() || *value > Limits::max()) {
    return out_of_range(number.digits, type, std::to_string(Limits::min()),
                        std::to_string(Limits::max()));
  }
  return Value{kind, *value};
}

// Too small becomes 0, too large infinite; nothing when the text is no number.
double floating(const std::string& digits) { return std::strtod(digits.c_str(), nullptr); }

Result<Value> double_literal(const NumberText& number) {
  const double value = floating(number.digits);
  if (std::isfinite(value)) return Value{TypeKind::Double, value};
  return out_of_range(number.digits, "double", "-1.7976931348623157E+308",
                      "1.7976931348623157E+308");
}

Result<Value> float_literal(const NumberText& number) {
  const double value = floating(number.digits);
  if (std::abs(value) <= std::numeric_limits<float>::max()) {
    return Value{TypeKind::Float, double{std::strtof(number.digits.c_str(), nullptr)}};
  }
  return out_of_range(number.digits, "float", "-3.4028234663852886E+38", "3.4028234663852886E+38");
}

Error too_many_digits(const std::string& text, std::size_t digits) {
  Error error =
      spark_error("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
                  "Decimal precision " + std::to_string(digits) + " exceeds max precision 38.");
  error.fix = "write at most 38 digits, or a double: " + text.substr(0, 20) + "...D";
  return error;
}

Result<Value> decimal_literal(const NumberText& number) {
  const std::string& text = number.digits;
  const std::size_t mantissa_end = std::min(text.find_first_of("eE"), text.size());
  int scale = 0;
  std::string digits;
  for (std::size_t i = 0; i < mantissa_end; ++i) {
    if (text[i] == '.')
      scale = static_cast<int>(mantissa_end - i - 1);
    else if (text[i] != '-' && (text[i] != '0' || !digits.empty()))
      digits.push_back(text[i]);
  }
  if (digits.empty()) digits = "0";
  std::int64_t exponent = 0;
  if (mantissa_end < text.size()) {
    const std::size_t skip = mantissa_end + 1 + (text[mantissa_end + 1] == '+');
    exponent = integer(std::string_view(text).substr(skip)).value_or(1000);
  }
  const std::int64_t wanted = scale - std::clamp<std::int64_t>(exponent, -1000, 1000);
  if (wanted < 0 && digits != "0") digits.append(static_cast<std::size_t>(-wanted), '0');
  scale = static_cast<int>(std::max<std::int64_t>(wanted, 0));
  const std::size_t precision = std::max(digits.size(), static_cast<std::size_t>(scale));
  if (precision > kMaxDigits) return too_many_digits(text, precision);
  Int128 value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return Value{DataType::decimal(static_cast<int>(precision), scale),
               text[0] == '-' ? -value : value};
}

Result<Value> plain_integer(const NumberText& number) {
  const auto value = integer(number.digits);
  if (!value) return decimal_literal(number);
  const bool narrow = *value >= std::numeric_limits<std::int32_t>::min() &&
                      *value <= std::numeric_limits<std::int32_t>::max();
  return Value{narrow ? TypeKind::Int : TypeKind::Long, *value};
}

}  // namespace

Result<Value> number_literal(std::string_view text) {
  const NumberText number = split(text);
  if (number.suffix == "BD") return decimal_literal(number);
  if (number.suffix == "D") return double_literal(number);
  if (number.suffix == "F") return float_literal(number);
  if (number.suffix == "L") return sized<std::int64_t>(number, TypeKind::Long, "bigint");
  if (number.suffix == "S") return sized<std::int16_t>(number, TypeKind::Short, "smallint");
  if (number.suffix == "Y") return sized<std::int8_t>(number, TypeKind::Byte, "tinyint");
  if (number.exponent) return double_literal(number);
  if (number.fraction) return decimal_literal(number);
  return plain_integer(number);
}

}  // namespace millrace::parse
