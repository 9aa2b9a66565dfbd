#include "expressions/literal_text.hpp"

#include "expressions/parse/name_text.hpp"
#include "records/decimal.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"
#include "records/time_text.hpp"

#include <cmath>
#include <cstdio>

namespace millrace {
namespace {

// Plain: as in column names. Sql: parses back.
enum class Form { Plain, Sql };

std::string text_of(const Value& value, Form form);

template <class Append>
std::string collect(Append append) {
  std::string out;
  append(out);
  return out;
}

std::string binary_text(const std::string& bytes) {
  std::string out = "X'";
  for (const unsigned char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02X", static_cast<unsigned>(byte));
    out += digits;
  }
  return out + "'";
}

std::string floating_text(const Value& value, Form form) {
  const double number = std::get<double>(value.storage);
  const bool narrow = value.type.kind() == TypeKind::Float;
  std::string out = collect([&](std::string& text) {
    if (narrow)
      append_float(text, static_cast<float>(number));
    else
      append_double(text, number);
  });
  if (form == Form::Plain) return out;
  if (!std::isfinite(number)) return "CAST('" + out + "' AS " + value.type.to_sql() + ")";
  return out + (narrow ? "F" : "D");
}

std::string decimal_text(const Value& value, Form form) {
  const Int128 unscaled = std::get<Int128>(value.storage);
  const int scale = value.type.scale();
  if (form == Form::Plain) {
    return collect([&](std::string& out) { append_decimal_scientific(out, unscaled, scale); });
  }
  const std::string digits =
      collect([&](std::string& out) { append_decimal(out, unscaled, scale); }) + "BD";
  const int natural = std::max(count_digits(unscaled), scale);
  if (natural == value.type.precision()) return digits;
  return "CAST(" + digits + " AS " + value.type.to_sql() + ")";
}

std::string integer_text(const Value& value, Form form) {
  const std::string digits = std::to_string(std::get<std::int64_t>(value.storage));
  if (form == Form::Plain) return digits;
  switch (value.type.kind()) {
    case TypeKind::Byte: return digits + "Y";
    case TypeKind::Short: return digits + "S";
    case TypeKind::Long: return digits + "L";
    default: return digits;
  }
}

std::string time_text(const Value& value, Form form) {
  const auto number = std::get<std::int64_t>(value.storage);
  return collect([&](std::string& out) {
    switch (value.type.kind()) {
      case TypeKind::Date:
        out += "DATE '";
        append_date(out, static_cast<std::int32_t>(number));
        break;
      case TypeKind::Timestamp:
        out += "TIMESTAMP '";
        append_timestamp(out, number, TimeZone());
        // Read back in any session zone.
        if (form == Form::Sql) out += "Z";
        break;
      default: out += "TIMESTAMP_NTZ '"; append_timestamp_ntz(out, number);
    }
    out += "'";
  });
}

std::string interval_text(const Value& value) {
  return collect([&](std::string& out) {
    if (const auto* calendar = std::get_if<CalendarInterval>(&value.storage)) {
      out += "INTERVAL '";
      append_interval(out, *calendar);
      out += "'";
    } else if (value.type.kind() == TypeKind::DayTimeInterval) {
      append_day_time_interval(out, std::get<std::int64_t>(value.storage), value.type);
    } else {
      append_year_month_interval(
          out, static_cast<std::int32_t>(std::get<std::int64_t>(value.storage)), value.type);
    }
  });
}

std::string nested_text(const Value& value, Form form) {
  const auto& items = std::get<std::vector<Value>>(value.storage);
  const TypeKind kind = value.type.kind();
  std::string out = kind == TypeKind::Array ? "array("
                    : kind == TypeKind::Map ? "map("
                                            : "named_struct(";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    if (kind == TypeKind::Struct) {
      const std::string& name = value.type.fields()[i].name;
      out += (form == Form::Sql ? parse::quoted_string(name) : name) + ", ";
    }
    out += text_of(items[i], form);
  }
  return out + ")";
}

std::string null_text(const Value& value, Form form) {
  if (value.type.is_null() || form == Form::Plain) return "NULL";
  return "CAST(NULL AS " + value.type.to_sql() + ")";
}

std::string text_of(const Value& value, Form form) {
  if (value.is_null()) return null_text(value, form);
  switch (value.type.kind()) {
    case TypeKind::Null: return "NULL";
    case TypeKind::Boolean: return std::get<bool>(value.storage) ? "true" : "false";
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long: return integer_text(value, form);
    case TypeKind::Float:
    case TypeKind::Double: return floating_text(value, form);
    case TypeKind::Decimal: return decimal_text(value, form);
    case TypeKind::String: {
      const auto& text = std::get<std::string>(value.storage);
      return form == Form::Sql ? parse::quoted_string(text) : text;
    }
    case TypeKind::Binary: return binary_text(std::get<std::string>(value.storage));
    case TypeKind::Date:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return time_text(value, form);
    case TypeKind::CalendarInterval:
    case TypeKind::DayTimeInterval:
    case TypeKind::YearMonthInterval: return interval_text(value);
    case TypeKind::Array:
    case TypeKind::Map:
    case TypeKind::Struct: return nested_text(value, form);
  }
  return {};
}

}  // namespace

std::string literal_sql(const Value& value) { return text_of(value, Form::Sql); }
std::string literal_name(const Value& value) { return text_of(value, Form::Plain); }

}  // namespace millrace
