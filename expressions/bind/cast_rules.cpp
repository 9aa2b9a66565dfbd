#include "expressions/bind/cast_rules.hpp"

#include "expressions/bind/type_coercion.hpp"
#include "expressions/expression_errors.hpp"

namespace millrace {

namespace {

using Kind = TypeKind;

bool is_sql_interval(const DataType& type) {
  return type.kind() == Kind::DayTimeInterval || type.kind() == Kind::YearMonthInterval;
}

bool is_interval(const DataType& type) {
  return is_sql_interval(type) || type.kind() == Kind::CalendarInterval;
}

bool is_exact_number(const DataType& type) {
  return type.is_integral() || type.kind() == Kind::Decimal;
}

/// Pairs of single values that both settings allow.
bool is_castable_plain(const DataType& from, const DataType& to) {
  const Kind a = from.kind(), b = to.kind();
  if (b == Kind::String) return true;
  if (a == Kind::String) return !to.is_nested() && b != Kind::Null;
  if (from.is_numeric() && (to.is_numeric() || b == Kind::Boolean || b == Kind::Timestamp))
    return true;
  if (a == Kind::Boolean) return to.is_numeric();
  if (is_sql_interval(from) && is_exact_number(to)) return true;
  if (is_exact_number(from) && is_sql_interval(to)) return true;
  if (is_sql_interval(from)) return a == b;
  switch (a) {
    case Kind::Date: return b == Kind::Timestamp || b == Kind::TimestampNtz;
    case Kind::Timestamp: return b == Kind::Date || b == Kind::TimestampNtz || to.is_numeric();
    case Kind::TimestampNtz: return b == Kind::Date || b == Kind::Timestamp;
    default: return false;
  }
}

/// Pairs that only exist without ANSI.
bool is_castable_legacy(const DataType& from, const DataType& to) {
  switch (from.kind()) {
    case Kind::Boolean: return to.kind() == Kind::Timestamp;
    case Kind::Date: return to.is_numeric() || to.kind() == Kind::Boolean;
    case Kind::Timestamp: return to.kind() == Kind::Boolean;
    default: return from.is_integral() && to.kind() == Kind::Binary;
  }
}

bool are_fields_castable(const DataType& from, const DataType& to, bool ansi) {
  if (from.kind() != to.kind() || from.fields().size() != to.fields().size()) return false;
  for (std::size_t i = 0; i < from.fields().size(); ++i) {
    const Field& a = from.fields()[i];
    const Field& b = to.fields()[i];
    if (!is_castable(a.type, b.type, ansi)) return false;
    const bool makes_null = a.nullable || (!ansi && may_become_null(a.type, b.type));
    if (makes_null && !b.nullable) return false;
  }
  return true;
}

Error no_such_cast(std::string_view condition, const std::string& what, std::string_view how) {
  return cannot_resolve(condition, "", "cannot cast " + what + std::string(how));
}

}  // namespace

bool is_castable(const DataType& from, const DataType& to, bool ansi) {
  if (from == to || from.is_null()) return true;
  if (from.is_nested() && to.kind() != Kind::String) return are_fields_castable(from, to, ansi);
  return is_castable_plain(from, to) || (!ansi && is_castable_legacy(from, to));
}

Status check_cast(const DataType& from, const DataType& to, bool ansi) {
  if (is_castable(from, to, ansi)) return {};
  const std::string source = "\"" + from.to_sql() + "\"", target = "\"" + to.to_sql() + "\"";
  const std::string what = source + " to " + target;
  if (!ansi) return no_such_cast("CAST_WITHOUT_SUGGESTION", what, ".");
  const char* function = from.is_numeric() && to.kind() == Kind::Date   ? "DATE_FROM_UNIX_DATE"
                         : from.kind() == Kind::Date && to.is_numeric() ? "UNIX_DATE"
                                                                        : nullptr;
  if (function != nullptr)
    return no_such_cast("CAST_WITH_FUNC_SUGGESTION", what,
                        ".\nTo convert values from " + what + ", you can use the functions `" +
                            function + "` instead.");
  if (is_castable(from, to, false))
    return no_such_cast("CAST_WITH_CONF_SUGGESTION", what,
                        " with ANSI mode on.\nIf you have to cast " + what +
                            ", you can set \"spark.sql.ansi.enabled\" as \"false\".");
  return no_such_cast("CAST_WITHOUT_SUGGESTION", what, ".");
}

bool may_become_null(const DataType& from, const DataType& to) {
  const Kind a = from.kind(), b = to.kind();
  if (from.is_null() || from == to) return false;
  if (a == Kind::String) return b != Kind::Binary;
  if (b == Kind::String) return false;
  if (a == Kind::Timestamp && from.kind() == Kind::Timestamp &&
      (b == Kind::Byte || b == Kind::Short || b == Kind::Int))
    return true;
  if (from.is_fractional() && b == Kind::Timestamp) return true;
  if (a == Kind::Timestamp && b == Kind::Date) return false;
  if (b == Kind::Date) return true;
  if (a == Kind::Date) return b != Kind::Timestamp && b != Kind::TimestampNtz;
  if (is_interval(to) && b == Kind::CalendarInterval) return true;
  if (b == Kind::Decimal) {
    if (a == Kind::Boolean) return to.precision() - to.scale() < 1;
    if (!from.is_integral() && a != Kind::Decimal) return true;
    const DataType exact = decimal_for(from);
    const int had = exact.precision() - exact.scale(), has = to.precision() - to.scale();
    if (has >= had && to.scale() >= exact.scale()) return false;
    return a != Kind::Decimal || has <= had;
  }
  return (from.is_fractional() || a == Kind::Decimal) && to.is_integral();
}

}  // namespace millrace
