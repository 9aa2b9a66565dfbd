#include "records/value_text.hpp"

#include "records/decimal.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"
#include "records/time_text.hpp"

namespace millrace {

namespace {

void append_hex(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  out += '[';
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) out += ' ';
    out += kDigits[static_cast<unsigned char>(bytes[i]) >> 4];
    out += kDigits[static_cast<unsigned char>(bytes[i]) & 15];
  }
  out += ']';
}

void append_list_text(std::string& out, const Column& column, std::size_t i, const TextStyle& style) {
  const ListSlot slot = column.at<ListSlot>(i);
  const bool is_map = column.type().kind() == TypeKind::Map;
  out += is_map ? '{' : '[';
  for (std::uint32_t e = 0; e < slot.size; ++e) {
    if (e != 0) out += ", ";
    append_text(out, *column.child(0), slot.offset + e, style);
    if (!is_map) continue;
    out += " -> ";
    append_text(out, *column.child(1), slot.offset + e, style);
  }
  out += is_map ? '}' : ']';
}

void append_struct_text(std::string& out, const Column& column, std::size_t i,
                        const TextStyle& style) {
  out += '{';
  for (std::size_t c = 0; c < column.num_children(); ++c) {
    if (c != 0) out += ", ";
    append_text(out, *column.child(c), i, style);
  }
  out += '}';
}

void append_decimal_text(std::string& out, const Column& column, std::size_t i,
                         const TextStyle& style) {
  const int scale = column.type().scale();
  if (style.plain_decimals) append_decimal(out, column.at<Int128>(i), scale);
  else append_decimal_scientific(out, column.at<Int128>(i), scale);
}

}  // namespace

void append_text(std::string& out, const Column& column, std::size_t row, const TextStyle& style) {
  const std::size_t i = row & column.index_mask();
  if (column.is_null(i)) {
    out += style.null_text;
    return;
  }
  switch (column.type().kind()) {
    case TypeKind::Null: out += style.null_text; return;
    case TypeKind::Boolean: out += column.at<std::uint8_t>(i) != 0 ? "true" : "false"; return;
    case TypeKind::Byte: return append_integer(out, column.at<std::int8_t>(i));
    case TypeKind::Short: return append_integer(out, column.at<std::int16_t>(i));
    case TypeKind::Int: return append_integer(out, column.at<std::int32_t>(i));
    case TypeKind::Long: return append_integer(out, column.at<std::int64_t>(i));
    case TypeKind::Float: return append_float(out, column.at<float>(i));
    case TypeKind::Double: return append_double(out, column.at<double>(i));
    case TypeKind::Decimal: return append_decimal_text(out, column, i, style);
    case TypeKind::String: out += column.at<std::string_view>(i); return;
    case TypeKind::Binary:
      if (style.binary_as_hex) return append_hex(out, column.at<std::string_view>(i));
      out += column.at<std::string_view>(i);
      return;
    case TypeKind::Date: return append_date(out, column.at<std::int32_t>(i));
    case TypeKind::Timestamp:
      return append_timestamp(out, column.at<std::int64_t>(i), style.zone);
    case TypeKind::TimestampNtz: return append_timestamp_ntz(out, column.at<std::int64_t>(i));
    case TypeKind::CalendarInterval: return append_interval(out, column.at<CalendarInterval>(i));
    case TypeKind::DayTimeInterval:
      return append_day_time_interval(out, column.at<std::int64_t>(i), column.type());
    case TypeKind::YearMonthInterval:
      return append_year_month_interval(out, column.at<std::int32_t>(i), column.type());
    case TypeKind::Array:
    case TypeKind::Map: return append_list_text(out, column, i, style);
    case TypeKind::Struct: return append_struct_text(out, column, i, style);
  }
}

}  // namespace millrace
