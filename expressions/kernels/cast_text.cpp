#include "expressions/expression_errors.hpp"
#include "expressions/kernels/cast.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "records/decimal.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"
#include "records/time_text.hpp"
#include "records/value_text.hpp"

namespace millrace::kernels {

namespace {

/// `parse` takes the text (and the context, when it wants it) and returns an optional.
template <class To, class Parse>
UnaryKernel parsing(const DataType& to, const CastRule& rule, Parse parse) {
  return [to, rule, parse](EvalContext& context, const DataType& type, const ColumnRef& in,
                           Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    To* values = out->mutable_values<To>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const auto text = in->at<std::string_view>(row);
      const auto value = parse(text, context);
      if (value) values[row] = static_cast<To>(*value);
      else rule.reject(context, *out, row, cast_invalid_input(text, TypeKind::String, to));
    });
    return out;
  };
}

template <class To>
UnaryKernel parsing_integer(const DataType& to, const CastRule& rule) {
  const auto syntax =
      rule.on_error == OnError::Wrap ? IntegerSyntax::Legacy : IntegerSyntax::Ansi;
  return parsing<To>(to, rule, [kind = to.kind(), syntax](std::string_view text, EvalContext&) {
    return parse_integer(text, kind, syntax);
  });
}

UnaryKernel parsing_decimal(const DataType& to, const CastRule& rule) {
  return [to, rule](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    Int128* values = out->mutable_values<Int128>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const auto text = in->at<std::string_view>(row);
      switch (parse_decimal(text, to, values[row])) {
        case DecimalParse::Ok: return;
        case DecimalParse::Malformed:
          return rule.reject(context, *out, row, cast_invalid_input(text, TypeKind::String, to));
        case DecimalParse::OutOfRange:
          return rule.reject(context, *out, row, decimal_out_of_range(trim_all(text), to));
      }
    });
    return out;
  };
}

/// Malformed intervals have errors of their own (INVALID_INTERVAL_FORMAT), which months and times raise
/// without ANSI too.
template <class To, class Parse>
UnaryKernel parsing_interval(CastRule rule, Parse parse) {
  if (!std::is_same_v<To, CalendarInterval> && rule.on_error == OnError::Wrap)
    rule.on_error = OnError::Fail;
  return [rule, parse](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    To* values = out->mutable_values<To>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      auto value = parse(in->at<std::string_view>(row));
      if (value) values[row] = static_cast<To>(*value);
      else rule.reject(context, *out, row, std::move(value.error()));
    });
    return out;
  };
}

/// String to Binary: the same bytes.
UnaryKernel sharing_bytes() {
  return [](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_rows<std::string_view, std::string_view>(*in, rows, *out,
                                                 [](std::string_view bytes) { return bytes; });
    out->keep(in);
    return out;
  };
}

UnaryKernel parsing_time(const DataType& to, const CastRule& rule) {
  switch (to.kind()) {
    case TypeKind::Date:
      return parsing<std::int32_t>(
          to, rule, [](std::string_view text, EvalContext&) { return parse_date(text); });
    case TypeKind::Timestamp:
      return parsing<std::int64_t>(to, rule,
                                   [zone = rule.zone](std::string_view text, EvalContext& context) {
                                     return parse_timestamp(text, zone, context.now_micros);
                                   });
    default:
      return parsing<std::int64_t>(
          to, rule, [](std::string_view text, EvalContext&) { return parse_timestamp_ntz(text); });
  }
}

UnaryKernel parsing_any_interval(const DataType& to, const CastRule& rule) {
  if (to.kind() == TypeKind::CalendarInterval)
    return parsing_interval<CalendarInterval>(
        rule, [](std::string_view text) { return parse_interval(text); });
  auto parse = [to](std::string_view text) { return parse_sql_interval(text, to); };
  if (to.kind() == TypeKind::DayTimeInterval) return parsing_interval<std::int64_t>(rule, parse);
  return parsing_interval<std::int32_t>(rule, parse);
}

}  // namespace

UnaryKernel text_cast(const DataType& to, const CastRule& rule) {
  switch (to.kind()) {
    case TypeKind::Binary: return sharing_bytes();
    case TypeKind::Byte: return parsing_integer<std::int8_t>(to, rule);
    case TypeKind::Short: return parsing_integer<std::int16_t>(to, rule);
    case TypeKind::Int: return parsing_integer<std::int32_t>(to, rule);
    case TypeKind::Long: return parsing_integer<std::int64_t>(to, rule);
    case TypeKind::Decimal: return parsing_decimal(to, rule);
    case TypeKind::Float:
      return parsing<float>(
          to, rule, [](std::string_view text, EvalContext&) { return parse_float(text); });
    case TypeKind::Double:
      return parsing<double>(
          to, rule, [](std::string_view text, EvalContext&) { return parse_double(text); });
    case TypeKind::Boolean:
      return parsing<std::uint8_t>(
          to, rule, [](std::string_view text, EvalContext&) { return parse_boolean(text); });
    case TypeKind::Date:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return parsing_time(to, rule);
    case TypeKind::CalendarInterval:
    case TypeKind::DayTimeInterval:
    case TypeKind::YearMonthInterval: return parsing_any_interval(to, rule);
    default: return {};
  }
}

UnaryKernel to_text_cast(const DataType& from, const CastRule& rule) {
  if (from.kind() == TypeKind::Binary) return sharing_bytes();
  TextStyle style;
  style.zone = rule.zone;
  style.plain_decimals = rule.ansi;
  return [style](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    std::string_view* values = out->mutable_values<std::string_view>();
    std::string text;
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      text.clear();
      append_text(text, *in, row & in->index_mask(), style);
      values[row] = out->arena().copy(text);
    });
    return out;
  };
}

}  // namespace millrace::kernels
