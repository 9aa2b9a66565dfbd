#include <cmath>

#include "records/base64.hpp"
#include "records/decimal.hpp"
#include "records/formats/json_text.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"
#include "records/time_text.hpp"
#include "records/utf8.hpp"
#include "records/value_text.hpp"

namespace millrace {

namespace {

/// JsonStyle and patterns of dates and timestamps; null: none.
struct Style : JsonStyle {
  const TimeFormats* formats = nullptr;
};

void append_value(std::string& out, const Column& column, std::size_t row, const Style& style);

/// True for bytes that stand in a JSON string as they are and need no look at their neighbours.
constexpr bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void append_escape(std::string& out, unsigned char c) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out.append("\\u00").append({kDigits[c >> 4], kDigits[c & 15]});
  }
}

template <class Append>
void quote(std::string& out, Append append) {
  out += '"';
  append();
  out += '"';
}

template <class Real>
void append_json_real(std::string& out, Real value) {
  const bool quoted = !std::isfinite(value);
  if (quoted) out += '"';
  if constexpr (sizeof(Real) == sizeof(float)) append_float(out, value);
  else append_double(out, value);
  if (quoted) out += '"';
}

void append_json_array(std::string& out, const Column& column, ListSlot slot, const Style& style) {
  out += '[';
  for (std::uint32_t e = 0; e < slot.size; ++e) {
    if (e != 0) out += ',';
    append_value(out, *column.child(0), slot.offset + e, style);
  }
  out += ']';
}

void append_json_key(std::string& out, const Column& keys, std::size_t i, const Style& style) {
  std::string key;
  append_text(key, keys, i, {style.zone});
  append_json_string(out, key);
}

void append_json_map(std::string& out, const Column& column, ListSlot slot, const Style& style) {
  out += '{';
  for (std::uint32_t e = 0; e < slot.size; ++e) {
    if (e != 0) out += ',';
    append_json_key(out, *column.child(0), slot.offset + e, style);
    out += ':';
    append_value(out, *column.child(1), slot.offset + e, style);
  }
  out += '}';
}

/// One `"name":value` of an object; false when the field is left out.
bool append_json_field(std::string& out, const Field& field, const Column& column, std::size_t i,
                       bool is_first, const Style& style) {
  const bool is_null = column.is_null(i) || column.type().is_null();
  if (is_null && style.ignore_null_fields) return false;
  if (!is_first) out += ',';
  append_json_string(out, field.name);
  out += ':';
  append_value(out, column, i, style);
  return true;
}

void append_json_struct(std::string& out, const Column& column, std::size_t i, const Style& style) {
  bool is_first = true;
  out += '{';
  for (std::size_t c = 0; c < column.num_children(); ++c)
    if (append_json_field(out, column.type().fields()[c], *column.child(c), i, is_first, style))
      is_first = false;
  out += '}';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t begin = 0;
  std::size_t i = 0;
  auto flush = [&] { out.append(text, begin, i - begin); };
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (is_plain(c)) {
      ++i;
      continue;
    }
    const Utf8Step step = utf8_step(text.substr(i));
    if (c >= 0x80 && step.valid) {
      i += step.length;
      continue;
    }
    flush();
    if (c >= 0x80) out += kReplacementCharacter;
    else append_escape(out, c);
    i += step.length;
    begin = i;
  }
  flush();
  out += '"';
}

namespace {

/// False: no pattern is named for the type.
bool append_formatted(std::string& out, const Column& column, std::size_t i, const Style& style) {
  const TypeKind kind = column.type().kind();
  if (style.formats == nullptr || style.formats->pattern_of(kind) == nullptr) return false;
  std::string text;
  const bool is_date = kind == TypeKind::Date;
  style.formats->append(text, kind,
                        is_date ? column.at<std::int32_t>(i) : column.at<std::int64_t>(i));
  append_json_string(out, text);
  return true;
}

void append_value(std::string& out, const Column& column, std::size_t row, const Style& style) {
  const std::size_t i = row & column.index_mask();
  if (column.is_null(i)) {
    out += "null";
    return;
  }
  if (append_formatted(out, column, i, style)) return;
  switch (column.type().kind()) {
    case TypeKind::Null: out += "null"; return;
    case TypeKind::Float: return append_json_real(out, column.at<float>(i));
    case TypeKind::Double: return append_json_real(out, column.at<double>(i));
    case TypeKind::Decimal:
      return append_decimal_scientific(out, column.at<Int128>(i), column.type().scale());
    case TypeKind::String: return append_json_string(out, column.at<std::string_view>(i));
    case TypeKind::Binary:
      return quote(out, [&] { append_base64(out, column.at<std::string_view>(i)); });
    case TypeKind::Timestamp:
      return quote(out, [&] { append_timestamp_iso(out, column.at<std::int64_t>(i), style.zone); });
    case TypeKind::TimestampNtz:
      return quote(out, [&] { append_timestamp_ntz_iso(out, column.at<std::int64_t>(i)); });
    case TypeKind::Date:
    case TypeKind::CalendarInterval:
    case TypeKind::DayTimeInterval:
    case TypeKind::YearMonthInterval:
      return quote(out, [&] { append_text(out, column, i, {}); });
    case TypeKind::Array: return append_json_array(out, column, column.at<ListSlot>(i), style);
    case TypeKind::Map: return append_json_map(out, column, column.at<ListSlot>(i), style);
    case TypeKind::Struct: return append_json_struct(out, column, i, style);
    default: return append_text(out, column, i, {});
  }
}

void append_row(std::string& out, const RecordBatch& batch, std::size_t row, const Style& style) {
  bool is_first = true;
  out += '{';
  for (std::size_t c = 0; c < batch.num_columns(); ++c)
    if (append_json_field(out, batch.schema()[c], batch.column(c), row, is_first, style))
      is_first = false;
  out += '}';
}

}  // namespace

void append_json(std::string& out, const Column& column, std::size_t row, const JsonStyle& style) {
  append_value(out, column, row, {style});
}

void append_json_row(std::string& out, const RecordBatch& batch, std::size_t row,
                     const JsonStyle& style) {
  append_row(out, batch, row, {style});
}

void append_json_row(std::string& out, const RecordBatch& batch, std::size_t row,
                     const JsonStyle& style, const TimeFormats& formats) {
  append_row(out, batch, row, {style, &formats});
}

}  // namespace millrace
