#include <cmath>
#include <limits>

#include "expressions/expression_errors.hpp"
#include "expressions/kernels/cast.hpp"
#include "expressions/kernels/checked_loops.hpp"
#include "records/calendar.hpp"
#include "records/decimal.hpp"
#include "records/number_text.hpp"
#include "records/time_text.hpp"

namespace millrace::kernels {

namespace {

using Micros = std::int64_t;
using Days = std::int32_t;

template <class From, class To, class F>
UnaryKernel plain(F f) {
  return [f](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_rows<From, To>(*in, rows, *out, f);
    return out;
  };
}

/// As `plain`, for functions that must not see what lies in NULL rows.
template <class From, class To, class F>
UnaryKernel careful(F f) {
  return [f](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    To* values = out->mutable_values<To>();
    rows.for_each([&](std::uint32_t row) {
      if (!out->is_null(row)) values[row] = f(in->at<From>(row));
    });
    return out;
  };
}

/// java.util.concurrent.TimeUnit.SECONDS.toMicros: saturates.
Micros seconds_to_micros(std::int64_t seconds) {
  Micros micros;
  if (!__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return micros;
  return seconds < 0 ? std::numeric_limits<Micros>::min() : std::numeric_limits<Micros>::max();
}

/// Days that no timestamp can reach fail, with ANSI or without: Spark computes with Java's exact arithmetic here.
UnaryKernel start_of_day(const TimeZone& zone, const CastRule& rule) {
  return [zone, rule](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      Micros local;
      if (!__builtin_mul_overflow(Micros{in->at<Days>(row)}, kMicrosPerDay, &local)) {
        out->mutable_values<Micros>()[row] = zone.to_instant(local);
        return;
      }
      if (rule.on_error != OnError::Null) context.fail(row, spark_error("ARITHMETIC_OVERFLOW", "22003", "long overflow."));
      out->set_null(row);
    });
    return out;
  };
}

UnaryKernel all_null() {
  return [](EvalContext& context, const DataType& type, const ColumnRef&, Rows) {
    return null_column(context.pool, type);
  };
}

/// As Java's cast to long: ends at the least and the greatest one.
Micros saturated(double micros) {
  constexpr double kLimit = 9223372036854775808.0;
  if (micros >= kLimit) return std::numeric_limits<Micros>::max();
  if (micros < -kLimit) return std::numeric_limits<Micros>::min();
  return static_cast<Micros>(micros);
}

/// Seconds with a fraction; NaN and infinities cannot be a time.
template <class From>
UnaryKernel fraction_to_timestamp(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    Micros* values = out->mutable_values<Micros>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      const auto seconds = static_cast<double>(in->at<From>(row));
      if (std::isfinite(seconds)) {
        values[row] = saturated(seconds * kMicrosPerSecond);
        return;
      }
      std::string text;
      append_double(text, seconds);
      rule.reject(context, *out, row, cast_invalid_input(text, from, to));
    });
    return out;
  };
}

UnaryKernel decimal_to_timestamp(int scale) {
  return careful<Int128, Micros>([scale](Int128 value) {
    return scale >= 6 ? static_cast<Micros>(value / power_of_ten(scale - 6))
                      : static_cast<Micros>(value * power_of_ten(6 - scale));
  });
}

UnaryKernel to_timestamp(const DataType& from, const DataType& to, const CastRule& rule) {
  const TimeZone zone = rule.zone;
  switch (from.kind()) {
    // Without ANSI true is one microsecond.
    case TypeKind::Boolean:
      return plain<std::uint8_t, Micros>([](std::uint8_t value) { return Micros{value}; });
    case TypeKind::Byte: return plain<std::int8_t, Micros>(seconds_to_micros);
    case TypeKind::Short: return plain<std::int16_t, Micros>(seconds_to_micros);
    case TypeKind::Int: return plain<std::int32_t, Micros>(seconds_to_micros);
    case TypeKind::Long: return plain<std::int64_t, Micros>(seconds_to_micros);
    case TypeKind::Float: return fraction_to_timestamp<float>(from, to, rule);
    case TypeKind::Double: return fraction_to_timestamp<double>(from, to, rule);
    case TypeKind::Decimal: return decimal_to_timestamp(from.scale());
    case TypeKind::Date:
      return start_of_day(zone, rule);
    case TypeKind::TimestampNtz:
      return careful<Micros, Micros>([zone](Micros local) { return zone.to_instant(local); });
    default: return {};
  }
}

template <class To>
UnaryKernel timestamp_to_integer(const DataType& from, const DataType& to, const CastRule& rule) {
  return [from, to, rule](EvalContext& context, const DataType& type, const ColumnRef& in,
                          Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    map_checked<Micros, To>(
        *in, rows, *out,
        [](Micros micros, To& result) -> std::uint8_t {
          const std::int64_t seconds = floor_divide(micros, kMicrosPerSecond);
          result = static_cast<To>(seconds);
          return result != seconds;
        },
        [&](std::uint32_t row, Micros micros) {
          std::string text = "TIMESTAMP '";
          append_timestamp(text, micros, rule.zone);
          rule.reject(context, *out, row, cast_overflow(text + "'", from, to));
        });
    return out;
  };
}

UnaryKernel timestamp_to_decimal(const DataType& to, const CastRule& rule) {
  return [to, rule](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
    ColumnRef out = start_result(context, type, rows, *in);
    Int128* values = out->mutable_values<Int128>();
    rows.for_each([&](std::uint32_t row) {
      if (out->is_null(row)) return;
      if (const auto value = rescale_decimal(in->at<Micros>(row), 6, to)) {
        values[row] = *value;
        return;
      }
      std::string text;
      append_decimal(text, in->at<Micros>(row), 6);
      rule.reject(context, *out, row, decimal_out_of_range(text, to));
    });
    return out;
  };
}

UnaryKernel from_timestamp(const DataType& from, const DataType& to, const CastRule& rule) {
  const TimeZone zone = rule.zone;
  switch (to.kind()) {
    case TypeKind::Byte: return timestamp_to_integer<std::int8_t>(from, to, rule);
    case TypeKind::Short: return timestamp_to_integer<std::int16_t>(from, to, rule);
    case TypeKind::Int: return timestamp_to_integer<std::int32_t>(from, to, rule);
    case TypeKind::Long: return timestamp_to_integer<std::int64_t>(from, to, rule);
    case TypeKind::Float:
      return plain<Micros, float>(
          [](Micros micros) { return static_cast<float>(micros / 1e6); });
    case TypeKind::Double: return plain<Micros, double>([](Micros micros) { return micros / 1e6; });
    case TypeKind::Decimal: return timestamp_to_decimal(to, rule);
    case TypeKind::Boolean:
      return plain<Micros, std::uint8_t>([](Micros micros) -> std::uint8_t { return micros != 0; });
    case TypeKind::Date:
      return careful<Micros, Days>([zone](Micros micros) {
        return static_cast<Days>(floor_divide(zone.to_local(micros), kMicrosPerDay));
      });
    case TypeKind::TimestampNtz:
      return careful<Micros, Micros>([zone](Micros micros) { return zone.to_local(micros); });
    default: return {};
  }
}

}  // namespace

UnaryKernel time_cast(const DataType& from, const DataType& to, const CastRule& rule) {
  if (to.kind() == TypeKind::Timestamp) return to_timestamp(from, to, rule);
  if (from.kind() == TypeKind::Timestamp) return from_timestamp(from, to, rule);
  if (from.kind() == TypeKind::TimestampNtz && to.kind() == TypeKind::Date)
    return plain<Micros, Days>(
        [](Micros local) { return static_cast<Days>(floor_divide(local, kMicrosPerDay)); });
  if (from.kind() == TypeKind::Date && to.kind() == TypeKind::TimestampNtz)
    return start_of_day(TimeZone(), rule);
  // Without ANSI a date as number or boolean is NULL.
  if (from.kind() == TypeKind::Date) return all_null();
  return {};
}

}  // namespace millrace::kernels
