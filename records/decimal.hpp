#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "records/type.hpp"

namespace millrace {

// Decimals of up to 38 digits: an unscaled Int128 and a type that holds precision and scale. Rounding
// is HALF_UP. Functions that compute return nothing when the result has more digits than the result
// type's precision (NUMERIC_VALUE_OUT_OF_RANGE, or NULL without ANSI) or on division by zero.

constexpr int kMaxDecimalPrecision = 38;

/// 10 to the power of `exponent`. Requires: 0 <= exponent <= 38.
Int128 power_of_ten(int exponent);
/// Decimal digits of the magnitude; 1 for 0.
int count_digits(Int128 value);

/// Spark's adjustPrecisionScale: beyond 38 digits the scale gives way, down to min(scale, 6).
DataType adjust_precision_scale(int precision, int scale);

enum class DecimalOperation { Add, Subtract, Multiply, Divide, Remainder, IntegralDivide };
/// Type of `a op b` for two decimals. IntegralDivide has the type before the cast to bigint.
DataType decimal_result_type(DecimalOperation operation, const DataType& a, const DataType& b);
/// `a op b` in `result` (what `decimal_result_type` says).
std::optional<Int128> compute_decimal(DecimalOperation operation, Int128 a, int a_scale, Int128 b,
                                      int b_scale, const DataType& result);
/// -1, 0 or 1.
int compare_decimals(Int128 a, int a_scale, Int128 b, int b_scale);
/// Moves a value to another scale and checks its precision.
std::optional<Int128> rescale_decimal(Int128 value, int from_scale, const DataType& to);

/// The decimal type that holds every value of an integral type, as Spark's DecimalType.forType:
/// Byte (3,0), Short (5,0), Int (10,0), Long (20,0), Float (14,7), Double (30,15).
DataType decimal_type_for(TypeKind kind);

enum class DecimalParse { Ok, Malformed, OutOfRange };
/// CAST(text AS DECIMAL(p,s)): digits, fraction, exponent. White space around is cut.
DecimalParse parse_decimal(std::string_view text, const DataType& type, Int128& value);
/// Plain digits: `-0.05`.
void append_decimal(std::string& out, Int128 value, int scale);
/// Java's BigDecimal.toString: like plain, but `1.000E-7` for very small values.
void append_decimal_scientific(std::string& out, Int128 value, int scale);

double decimal_to_double(Int128 value, int scale);
/// Cuts the fraction. Empty when it does not fit.
std::optional<std::int64_t> decimal_to_long(Int128 value, int scale);
/// By the shortest text of the double, as Spark does. Empty for NaN, infinities and overflow.
std::optional<Int128> decimal_from_double(double value, const DataType& type);
std::optional<Int128> decimal_from_long(std::int64_t value, const DataType& type);

}  // namespace millrace
