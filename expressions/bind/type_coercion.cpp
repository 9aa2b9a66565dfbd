#include "expressions/bind/type_coercion.hpp"

#include <algorithm>

#include "expressions/binder.hpp"
#include "records/decimal.hpp"

namespace millrace {

namespace {

using Kind = TypeKind;

bool is_datetime(const DataType& type) {
  return type.kind() == Kind::Date || type.kind() == Kind::Timestamp ||
         type.kind() == Kind::TimestampNtz;
}

bool is_sql_interval(const DataType& type) {
  return type.kind() == Kind::DayTimeInterval || type.kind() == Kind::YearMonthInterval;
}

bool is_atomic(const DataType& type) {
  return !type.is_nested() && !type.is_null() && type.kind() != Kind::CalendarInterval;
}

/// Decimal `d` holds every value of the integral type `type`.
bool holds_integral(const DataType& d, const DataType& type) {
  return d.precision() - d.scale() >= decimal_for(type).precision();
}

std::optional<DataType> common_decimal(const DataType& a, const DataType& b) {
  if (a.is_fractional() || b.is_fractional()) return DataType(Kind::Double);
  return wider_decimal(decimal_for(a), decimal_for(b));
}

std::optional<DataType> common_interval(const DataType& a, const DataType& b) {
  const int start = std::min(a.interval_start(), b.interval_start());
  const int end = std::max(a.interval_end(), b.interval_end());
  if (a.kind() == Kind::DayTimeInterval) return DataType::day_time_interval(start, end);
  return DataType::year_month_interval(start, end);
}

using Combine = std::optional<DataType> (*)(const DataType&, const DataType&,
                                            const ExpressionSettings&);

std::optional<DataType> common_struct(const DataType& a, const DataType& b, Combine combine,
                                      const ExpressionSettings& settings) {
  if (a.fields().size() != b.fields().size()) return std::nullopt;
  std::vector<Field> fields;
  for (std::size_t i = 0; i < a.fields().size(); ++i) {
    const Field& x = a.fields()[i];
    const Field& y = b.fields()[i];
    auto type = combine(x.type, y.type, settings);
    if (!type || !equal_ignoring_case(x.name, y.name)) return std::nullopt;
    fields.push_back({x.name, *type, x.nullable || y.nullable});
  }
  return DataType::structure(std::move(fields));
}

std::optional<DataType> common_nested(const DataType& a, const DataType& b, Combine combine,
                                      const ExpressionSettings& settings) {
  if (a.kind() != b.kind() || !a.is_nested()) return std::nullopt;
  if (a.kind() == Kind::Struct) return common_struct(a, b, combine, settings);
  std::vector<DataType> parts;
  for (std::size_t i = 0; i < a.fields().size(); ++i) {
    auto part = combine(a.fields()[i].type, b.fields()[i].type, settings);
    if (!part) return std::nullopt;
    parts.push_back(*part);
  }
  const bool nullable = a.fields().back().nullable || b.fields().back().nullable;
  return a.kind() == Kind::Array ? DataType::array(parts[0], nullable)
                                 : DataType::map(parts[0], parts[1], nullable);
}

std::optional<DataType> tightest_numeric(const DataType& a, const DataType& b, bool ansi) {
  const DataType& wider = std::max(a.kind(), b.kind()) == a.kind() ? a : b;
  if (ansi && wider.kind() == Kind::Float) return DataType(Kind::Double);
  return wider;
}

/// AnsiStringPromotionTypeCoercion.findWiderTypeForString.
std::optional<DataType> ansi_string_promotion(const DataType& a, const DataType& b) {
  if (a.kind() != Kind::String && b.kind() != Kind::String) return std::nullopt;
  const DataType& other = a.kind() == Kind::String ? b : a;
  if (other.is_integral()) return DataType(Kind::Long);
  if (other.is_numeric()) return DataType(Kind::Double);
  if (is_sql_interval(other) || !is_atomic(other)) return std::nullopt;
  return other;
}

/// TypeCoercion.stringPromotion.
std::optional<DataType> legacy_string_promotion(const DataType& a, const DataType& b) {
  if (a.kind() != Kind::String && b.kind() != Kind::String) return std::nullopt;
  const DataType& other = a.kind() == Kind::String ? b : a;
  if (!is_atomic(other) || other.kind() == Kind::Binary || other.kind() == Kind::Boolean)
    return std::nullopt;
  return DataType(Kind::String);
}

std::optional<DataType> wider_of_two(const DataType& a, const DataType& b,
                                     const ExpressionSettings& settings) {
  if (auto type = tightest_common_type(a, b, settings)) return type;
  if (a.is_numeric() && b.is_numeric() && (a.kind() == Kind::Decimal || b.kind() == Kind::Decimal))
    return common_decimal(a, b);
  auto promoted =
      settings.ansi ? ansi_string_promotion(a, b) : legacy_string_promotion(a, b);
  if (promoted) return promoted;
  return common_nested(a, b, wider_of_two, settings);
}

/// TypeCoercion.findCommonTypeForBinaryComparison, for a string and another type.
std::optional<DataType> legacy_string_comparison(const DataType& other) {
  if (other.kind() == Kind::Decimal) return DataType(Kind::Double);
  if (is_atomic(other) && !is_sql_interval(other)) return other;
  return std::nullopt;
}

bool have_castable_fields(const DataType& from, const DataType& to,
                          const ExpressionSettings& settings) {
  return std::equal(from.fields().begin(), from.fields().end(), to.fields().begin(),
                    to.fields().end(), [&](const Field& a, const Field& b) {
                      return can_cast_implicitly(a.type, b.type, settings);
                    });
}

}  // namespace

DataType decimal_for(const DataType& type) {
  return type.kind() == Kind::Decimal ? type : decimal_type_for(type.kind());
}

DataType wider_decimal(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int range = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  if (range + scale <= kMaxDecimalPrecision) return DataType::decimal(range + scale, scale);
  // Digits before the point matter more: the fraction gives way.
  return DataType::decimal(kMaxDecimalPrecision, std::max(0, kMaxDecimalPrecision - range));
}

std::optional<DataType> tightest_common_type(const DataType& a, const DataType& b,
                                             const ExpressionSettings& settings) {
  if (a == b) {
    if (a.is_nested()) return common_nested(a, b, tightest_common_type, settings);
    return a;
  }
  if (a.is_null()) return b;
  if (b.is_null()) return a;
  if (a.is_integral() && b.kind() == Kind::Decimal && holds_integral(b, a)) return b;
  if (b.is_integral() && a.kind() == Kind::Decimal && holds_integral(a, b)) return a;
  if (a.is_numeric() && b.is_numeric()) {
    if (a.kind() == Kind::Decimal || b.kind() == Kind::Decimal) return std::nullopt;
    return tightest_numeric(a, b, settings.ansi);
  }
  if (is_datetime(a) && is_datetime(b)) {
    const bool has_zone = a.kind() == Kind::Timestamp || b.kind() == Kind::Timestamp;
    return DataType(has_zone ? Kind::Timestamp : Kind::TimestampNtz);
  }
  if (is_sql_interval(a) && a.kind() == b.kind()) return common_interval(a, b);
  return common_nested(a, b, tightest_common_type, settings);
}

std::optional<DataType> common_type(const DataType& a, const DataType& b,
                                    const ExpressionSettings& settings) {
  return wider_of_two(a, b, settings);
}

std::optional<DataType> common_type_without_text(const DataType& a, const DataType& b,
                                                 const ExpressionSettings& settings) {
  if (auto type = tightest_common_type(a, b, settings)) return type;
  if (a.is_numeric() && b.is_numeric()) return common_decimal(a, b);
  return common_nested(a, b, common_type_without_text, settings);
}

std::optional<DataType> common_type(const std::vector<DataType>& types,
                                    const ExpressionSettings& settings) {
  DataType result;
  auto fold = [&](const DataType& type) {
    auto wider = common_type(result, type, settings);
    if (wider) result = *wider;
    return wider.has_value();
  };
  // Without ANSI, strings first: the promotion to STRING is not associative.
  if (!settings.ansi)
    for (const DataType& type : types)
      if (type.kind() == Kind::String) result = type;
  for (const DataType& type : types)
    if (!fold(type)) return std::nullopt;
  return result;
}

std::optional<DataType> comparison_type(const DataType& a, const DataType& b,
                                        const ExpressionSettings& settings) {
  if (!settings.ansi && a != b) {
    if (a.kind() == Kind::String && !b.is_null()) return legacy_string_comparison(b);
    if (b.kind() == Kind::String && !a.is_null()) return legacy_string_comparison(a);
    // BooleanEquality: a number beside a boolean is compared as 1 or 0.
    if (a.kind() == Kind::Boolean && b.is_numeric()) return b;
    if (b.kind() == Kind::Boolean && a.is_numeric()) return a;
  }
  if (a.is_nested() && b.is_nested()) return common_type_without_text(a, b, settings);
  return common_type(a, b, settings);
}

bool can_cast_implicitly(const DataType& from, const DataType& to,
                         const ExpressionSettings& settings) {
  if (from == to || from.is_null()) return true;
  if (from.kind() == Kind::Array && to.kind() == Kind::Array)
    return can_cast_implicitly(from.element(), to.element(), settings);
  if (from.kind() == Kind::Map && to.kind() == Kind::Map)
    return can_cast_implicitly(from.key(), to.key(), settings) &&
           can_cast_implicitly(from.value(), to.value(), settings);
  if (from.kind() == Kind::Struct && to.kind() == Kind::Struct)
    return have_castable_fields(from, to, settings);
  if (from.is_numeric() && to.is_numeric()) return true;
  if (is_datetime(from) && is_datetime(to)) return true;
  if (is_sql_interval(from) && from.kind() == to.kind()) return true;
  if (from.kind() == Kind::String) return is_atomic(to) && (settings.ansi || to.kind() != Kind::Boolean);
  return to.kind() == Kind::String && is_atomic(from);
}

BoundExpressionPtr implicit_cast(BoundExpressionPtr child, const DataType& to,
                                 const ExpressionSettings& settings) {
  if (child->type() == to) return child;
  if (!can_cast_implicitly(child->type(), to, settings)) return nullptr;
  auto cast = bound_cast(std::move(child), to, CastMode::Plain, settings);
  return cast ? std::move(*cast) : nullptr;
}

bool cast_to_common_type(std::vector<BoundExpressionPtr>& children,
                         const ExpressionSettings& settings) {
  std::vector<DataType> types;
  for (const BoundExpressionPtr& child : children) types.push_back(child->type());
  const auto type = common_type(types, settings);
  if (!type) return false;
  std::vector<BoundExpressionPtr> result;
  for (const BoundExpressionPtr& child : children) {
    auto cast = bound_cast(child, *type, CastMode::Plain, settings);
    if (!cast) return false;
    result.push_back(std::move(*cast));
  }
  children = std::move(result);
  return true;
}

}  // namespace millrace
