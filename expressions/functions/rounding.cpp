#include <cmath>

#include "expressions/expression_errors.hpp"
#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "records/decimal.hpp"

namespace millrace {

namespace {

using namespace sql;

enum class Rounding { HalfUp, HalfEven, Ceiling, Floor };

/// value / divisor rounded. Requires: divisor > 0.
Int128 divide(Int128 value, Int128 divisor, Rounding mode) {
  Int128 quotient = value / divisor;
  const Int128 rest = value % divisor;
  if (rest == 0) return quotient;
  const Int128 magnitude = rest < 0 ? -rest : rest;
  const int away = value < 0 ? -1 : 1;
  switch (mode) {
    case Rounding::Ceiling: return value > 0 ? quotient + 1 : quotient;
    case Rounding::Floor: return value < 0 ? quotient - 1 : quotient;
    case Rounding::HalfUp: return magnitude >= divisor - magnitude ? quotient + away : quotient;
    case Rounding::HalfEven: break;
  }
  if (magnitude > divisor - magnitude) return quotient + away;
  if (magnitude == divisor - magnitude && quotient % 2 != 0) return quotient + away;
  return quotient;
}

/// Rounds an unscaled number of `scale` digits to `digits` of them; keeps the value's size.
Int128 round_unscaled(Int128 value, int scale, int digits, Rounding mode) {
  if (digits >= scale) return value;
  const int cut = scale - digits;
  if (cut > kMaxDecimalPrecision) return 0;
  return divide(value, power_of_ten(cut), mode) * power_of_ten(cut);
}

double round_plain(double x, Rounding mode) {
  switch (mode) {
    case Rounding::Ceiling: return std::ceil(x);
    case Rounding::Floor: return std::floor(x);
    case Rounding::HalfEven: return std::nearbyint(x);
    case Rounding::HalfUp: break;
  }
  return std::round(x);
}

/// By the shortest decimal text of the double, as Spark's BigDecimal does.
double round_real(double x, int digits, Rounding mode) {
  if (!std::isfinite(x) || digits > 300) return x;
  if (digits == 0) return round_plain(x, mode);
  const std::optional<Int128> exact = decimal_from_double(x, DataType::decimal(38, 18));
  if (!exact || digits > 17) return x;
  return decimal_to_double(round_unscaled(*exact, 18, digits, mode), 18);
}

template <class T>
BoundExpressionPtr real_call(const DataType& type, Arguments arguments, int digits, Rounding mode) {
  return make_call(type, true, std::move(arguments),
                   [digits, mode](EvalContext&, const std::vector<ColumnRef>& columns, Rows rows,
                                  Column& out) {
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       // A decimal number has no -0.0.
                       out.mutable_values<T>()[row] = static_cast<T>(
                           round_real(static_cast<double>(columns[0]->at<T>(row)), digits, mode) +
                           0.0);
                     });
                   });
}

template <class T>
BoundExpressionPtr integer_call(const DataType& type, Arguments arguments, int digits,
                                Rounding mode, bool ansi) {
  return make_call(type, true, std::move(arguments),
                   [digits, mode, ansi](EvalContext& context, const std::vector<ColumnRef>& columns,
                                        Rows rows, Column& out) {
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       const Int128 rounded =
                           round_unscaled(columns[0]->at<T>(row), 0, digits, mode);
                       out.mutable_values<T>()[row] = static_cast<T>(rounded);
                       if (!ansi || rounded == static_cast<T>(rounded)) return;
                       out.set_null(row);
                       context.fail(row, arithmetic_overflow(""));
                     });
                   });
}

BoundExpressionPtr decimal_call(const DataType& to, Arguments arguments, int digits, Rounding mode) {
  const int from_scale = arguments[0]->type().scale();
  return make_call(to, true, std::move(arguments),
                   [to, from_scale, digits, mode](EvalContext&, const std::vector<ColumnRef>& columns,
                                                  Rows rows, Column& out) {
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       const Int128 rounded = round_unscaled(columns[0]->at<Int128>(row),
                                                             from_scale, digits, mode);
                       const auto value = rescale_decimal(rounded, from_scale, to);
                       if (!value) return out.set_null(row);
                       out.mutable_values<Int128>()[row] = *value;
                     });
                   });
}

/// Spark's type of round(decimal(p, s), d).
DataType rounded_decimal(const DataType& from, int digits) {
  const int whole = from.precision() - from.scale() + 1;
  if (digits < 0) return DataType::decimal(std::min(std::max(whole, -digits + 1), 38), 0);
  const int scale = std::min(from.scale(), digits);
  return DataType::decimal(std::min(whole + scale, 38), scale);
}

BoundExpressionPtr rounded(const BoundExpressionPtr& value, int digits, Rounding mode, bool ansi) {
  const DataType& type = value->type();
  switch (type.kind()) {
    case TypeKind::Byte: return integer_call<std::int8_t>(type, {value}, digits, mode, ansi);
    case TypeKind::Short: return integer_call<std::int16_t>(type, {value}, digits, mode, ansi);
    case TypeKind::Int: return integer_call<std::int32_t>(type, {value}, digits, mode, ansi);
    case TypeKind::Long: return integer_call<std::int64_t>(type, {value}, digits, mode, ansi);
    case TypeKind::Float: return real_call<float>(type, {value}, digits, mode);
    case TypeKind::Double: return real_call<double>(type, {value}, digits, mode);
    default: return decimal_call(rounded_decimal(type, digits), {value}, digits, mode);
  }
}

/// The number argument; texts count as double.
Result<BoundExpressionPtr> number_argument(const FunctionCall& call) {
  if (call.arguments[0] && call.arguments[0]->type().is_numeric()) return call.arguments[0];
  return coerce_argument(call, 0, DataType(TypeKind::Double));
}

Result<int> digits_argument(const FunctionCall& call) {
  if (call.arguments.size() < 2) return 0;
  const std::optional<Value> value =
      call.arguments[1] ? constant_value(*call.arguments[1]) : std::nullopt;
  if (value && std::holds_alternative<std::int64_t>(value->storage))
    return static_cast<int>(std::clamp<std::int64_t>(std::get<std::int64_t>(value->storage), -400, 400));
  return type_mismatch(call, "NON_FOLDABLE_INPUT",
                       "the input `scale` should be a foldable \"INT\" expression");
}

FunctionGroup::Bind bind_round(Rounding mode) {
  return [mode](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 1, 2); !status) return status.error();
    const Result<BoundExpressionPtr> value = number_argument(call);
    if (!value) return value.error();
    const Result<int> digits = digits_argument(call);
    if (!digits) return digits.error();
    return rounded(*value, *digits, mode, call.settings.ansi);
  };
}

/// ceil and floor: a bigint without digits, a decimal with them.
FunctionGroup::Bind bind_whole(Rounding mode) {
  return [mode](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 1, 2); !status) return status.error();
    Result<BoundExpressionPtr> value = number_argument(call);
    if (!value) return value.error();
    const Result<int> digits = digits_argument(call);
    if (!digits) return digits.error();
    if (call.arguments.size() == 1 && (*value)->type().kind() == TypeKind::Decimal && (*value)->type().scale() == 0)
      return value;
    if (call.arguments.size() == 2 || (*value)->type().kind() == TypeKind::Decimal) {
      if ((*value)->type().kind() != TypeKind::Decimal) {
        value = bound_cast(*value, decimal_type_for((*value)->type().kind()), CastMode::Plain,
                           call.settings);
        if (!value) return value.error();
      }
      return rounded(*value, *digits, mode, call.settings.ansi);
    }
    if ((*value)->type().is_integral()) {
      value = bound_cast(*value, DataType(TypeKind::Long), CastMode::Plain, call.settings);
      return value ? rounded(*value, 0, mode, call.settings.ansi) : value;
    }
    const std::vector<ExpressionPtr> syntax{call.syntax[0]};
    const FunctionCall one{call.name,   {*value}, false,      call.settings,
                           call.origin, syntax,   call.scope, call.functions};
    const bool ansi = call.settings.ansi;
    const auto whole_of = [mode, ansi](CallRow& row, double x) -> std::optional<std::int64_t> {
      const double whole = round_plain(x, mode);
      if (ansi && std::abs(whole) >= 9223372036854775808.0)
        return row.fail(arithmetic_overflow(""));
      if (std::isnan(whole)) return std::int64_t{0};
      if (whole >= 9223372036854775807.0) return std::numeric_limits<std::int64_t>::max();
      if (whole <= -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
      return static_cast<std::int64_t>(whole);
    };
    return FunctionGroup::binder<Long(Double)>(plain(whole_of))(one);
  };
}

template <class T>
BoundExpressionPtr absolute(const BoundExpressionPtr& value, bool ansi) {
  return make_call(value->type(), value->nullable(), {value},
                   [ansi](EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows,
                          Column& out) {
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       const T number = columns[0]->at<T>(row);
                       if constexpr (std::is_floating_point_v<T>) {
                         out.mutable_values<T>()[row] = std::fabs(number);
                       } else {
                         const auto result = static_cast<T>(number < 0 ? Int128{0} - number : number);
                         out.mutable_values<T>()[row] = result;
                         if (!ansi || result >= 0) return;
                         out.set_null(row);
                         context.fail(row, arithmetic_overflow(""));
                       }
                     });
                   });
}

Result<BoundExpressionPtr> bind_abs(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
  if (is_kind(call, 0, TypeKind::YearMonthInterval)) return absolute<std::int32_t>(call.arguments[0], true);
  if (is_kind(call, 0, TypeKind::DayTimeInterval)) return absolute<std::int64_t>(call.arguments[0], true);
  const Result<BoundExpressionPtr> value = number_argument(call);
  if (!value) return value.error();
  const bool ansi = call.settings.ansi;
  switch ((*value)->type().kind()) {
    case TypeKind::Byte: return absolute<std::int8_t>(*value, ansi);
    case TypeKind::Short: return absolute<std::int16_t>(*value, ansi);
    case TypeKind::Int: return absolute<std::int32_t>(*value, ansi);
    case TypeKind::Long: return absolute<std::int64_t>(*value, ansi);
    case TypeKind::Float: return absolute<float>(*value, ansi);
    case TypeKind::Decimal: return absolute<Int128>(*value, ansi);
    default: return absolute<double>(*value, ansi);
  }
}

}  // namespace

void register_rounding_functions(FunctionRegistry& registry) {
  FunctionGroup math(registry, "math");
  math.add_custom("abs(x)", "Magnitude.", bind_abs);
  math.add_custom("round(x[, digits])", "Rounded to digits after the point, halves away from 0.",
                  bind_round(Rounding::HalfUp));
  math.add_custom("bround(x[, digits])", "Rounded to digits after the point, halves to the even one.",
                  bind_round(Rounding::HalfEven));
  math.add_custom("ceil(x[, digits])", "Rounded up.", bind_whole(Rounding::Ceiling)).alias("ceiling");
  math.add_custom("floor(x[, digits])", "Rounded down.", bind_whole(Rounding::Floor));
}

}  // namespace millrace
