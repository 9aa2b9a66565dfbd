#include "expressions/expression_errors.hpp"
#include "expressions/kernels/cast.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "records/calendar.hpp"
#include "records/decimal.hpp"

namespace millrace::kernels {

namespace {

/// Months or microseconds of one unit of the interval's last field.
std::int64_t unit_of(const DataType& interval) {
  if (interval.kind() == TypeKind::YearMonthInterval) return interval.interval_end() == 0 ? 12 : 1;
  constexpr std::int64_t kUnits[] = {kMicrosPerDay, 3600 * kMicrosPerSecond, 60 * kMicrosPerSecond,
                                     kMicrosPerSecond};
  return kUnits[interval.interval_end()];
}

bool is_day_time(const DataType& type) { return type.kind() == TypeKind::DayTimeInterval; }

std::int64_t read(const Column& in, std::uint32_t row) {
  return is_day_time(in.type()) ? in.at<std::int64_t>(row)
                                : std::int64_t{in.at<std::int32_t>(row)};
}

void write(Column& out, std::uint32_t row, std::int64_t value) {
  if (is_day_time(out.type())) out.mutable_values<std::int64_t>()[row] = value;
  else out.mutable_values<std::int32_t>()[row] = static_cast<std::int32_t>(value);
}

bool fits(const DataType& interval, Int128 value) {
  return is_day_time(interval) ? static_cast<std::int64_t>(value) == value
                               : static_cast<std::int32_t>(value) == value;
}

/// With ANSI or without: Spark computes with Java's exact arithmetic here.
void reject_exact(const CastRule& rule, EvalContext& context, Column& out, std::uint32_t row,
                  Error error) {
  if (rule.on_error != OnError::Null) context.fail(row, std::move(error));
  out.set_null(row);
}

template <class To>
UnaryKernel to_integer(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    To* values = out->mutable_values<To>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const std::int64_t count = read(*in, row) / unit_of(from);
      values[row] = static_cast<To>(count);
      if (values[row] != count)
        reject_exact(rule, context, *out, row, cast_overflow(std::to_string(count), from, to));
    });
    return out;
  };
}

/// Seconds keep their fraction.
UnaryKernel to_decimal(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    Int128* values = out->mutable_values<Int128>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const Int128 micros = Int128{read(*in, row)} * kMicrosPerSecond / unit_of(from);
      if (const auto value = rescale_decimal(micros, 6, to)) values[row] = *value;
      else
        reject_exact(rule, context, *out, row, decimal_out_of_range(std::to_string(read(*in, row)), to));
    });
    return out;
  };
}

template <class From>
UnaryKernel from_integer(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const Int128 value = Int128{in->at<From>(row)} * unit_of(to);
      if (fits(to, value)) write(*out, row, static_cast<std::int64_t>(value));
      else
        reject_exact(rule, context, *out, row,
                     cast_overflow(literal_text(std::int64_t{in->at<From>(row)}, from), from, to));
    });
    return out;
  };
}

UnaryKernel from_decimal(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const auto value =
          compute_decimal(DecimalOperation::Multiply, in->at<Int128>(row), from.scale(),
                          unit_of(to), 0, DataType::decimal(38, 0));
      if (value && fits(to, *value)) return write(*out, row, static_cast<std::int64_t>(*value));
      std::string text;
      append_decimal(text, in->at<Int128>(row), from.scale());
      reject_exact(rule, context, *out, row, cast_overflow(text + "BD", from, to));
    });
    return out;
  };
}

bool is_interval(const DataType& type) {
  return is_day_time(type) || type.kind() == TypeKind::YearMonthInterval;
}

/// To an interval type with other fields: what is below the last field is cut.
UnaryKernel between_intervals(const DataType& to) {
  return [to](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    const bool keeps_all = is_day_time(to) && to.interval_end() == 3;
    rows.for_each([&](std::uint32_t row) {
      const std::int64_t value = out->is_null(row) ? 0 : read(*in, row);
      write(*out, row, keeps_all ? value : value - value % unit_of(to));
    });
    return out;
  };
}

UnaryKernel from_interval(const DataType& from, const DataType& to, const CastRule& rule) {
  switch (to.kind()) {
    case TypeKind::Byte: return to_integer<std::int8_t>(from, to, rule);
    case TypeKind::Short: return to_integer<std::int16_t>(from, to, rule);
    case TypeKind::Int: return to_integer<std::int32_t>(from, to, rule);
    case TypeKind::Long: return to_integer<std::int64_t>(from, to, rule);
    case TypeKind::Decimal: return to_decimal(from, to, rule);
    default: return {};
  }
}

}  // namespace

UnaryKernel interval_cast(const DataType& from, const DataType& to, const CastRule& rule) {
  if (is_interval(from) && is_interval(to)) return between_intervals(to);
  if (is_interval(from)) return from_interval(from, to, rule);
  if (!is_interval(to)) return {};
  switch (from.kind()) {
    case TypeKind::Byte: return from_integer<std::int8_t>(from, to, rule);
    case TypeKind::Short: return from_integer<std::int16_t>(from, to, rule);
    case TypeKind::Int: return from_integer<std::int32_t>(from, to, rule);
    case TypeKind::Long: return from_integer<std::int64_t>(from, to, rule);
    case TypeKind::Decimal: return from_decimal(from, to, rule);
    default: return {};
  }
}

}  // namespace millrace::kernels
