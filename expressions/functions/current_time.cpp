#include <cmath>
#include <cstdlib>
#include <limits>

#include "expressions/functions/argument_types.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/value_access.hpp"
#include "records/calendar.hpp"
#include "records/decimal.hpp"

namespace millrace {

namespace {

using namespace sql;

/// The epoch's time: one constant for each batch, but none that may be folded.
class CurrentTime final : public BoundExpression {
 public:
  CurrentTime(DataType type, TimeZone zone)
      : BoundExpression(std::move(type), false), zone_(zone) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch&, Rows) const override {
    ColumnRef column = context.pool.make_column(type());
    const std::int64_t local = zone_.to_local(context.now_micros);
    if (type().kind() == TypeKind::Date)
      column->append(static_cast<std::int32_t>(floor_divide(local, kMicrosPerDay)));
    else
      column->append(type().kind() == TypeKind::Timestamp ? context.now_micros : local);
    column->make_constant();
    return column;
  }

 private:
  TimeZone zone_;
};

FunctionGroup::Bind bind_current(TypeKind kind) {
  return [kind](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 0, 0); !status) return status.error();
    return BoundExpressionPtr(
        std::make_shared<CurrentTime>(DataType(kind), session_zone(call)));
  };
}

template <std::int64_t Divisor>
std::int64_t since_epoch(std::int64_t micros) {
  return floor_divide(micros, Divisor);
}

Error instant_overflow() {
  return row_error("DATETIME_OVERFLOW", "22008",
                   "Datetime operation overflow: the count does not fit a TIMESTAMP.");
}

Error lost_digits() {
  return row_error("ARITHMETIC_OVERFLOW", "22003", "Rounding necessary: a TIMESTAMP has microseconds.");
}

/// Count of units as an instant; DATETIME_OVERFLOW when it does not fit.
template <std::int64_t Factor>
OrError<std::int64_t> instant_of(CallRow& row, std::int64_t count) {
  std::int64_t micros;
  if (!__builtin_mul_overflow(count, Factor, &micros)) return micros;
  return row.fail(instant_overflow());
}

/// Seconds with a fraction: as Java, which ends at the largest instant. NaN and infinities give NULL.
std::optional<std::int64_t> instant_of_real(double seconds) {
  constexpr double kLimit = 9223372036854775808.0;
  const double micros = seconds * 1e6;
  if (!std::isfinite(seconds)) return std::nullopt;
  if (micros >= kLimit) return std::numeric_limits<std::int64_t>::max();
  if (micros < -kLimit) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(micros);
}

/// Decimals are exact: the row fails where a digit is lost.
BoundExpressionPtr instant_of_decimal(const BoundExpressionPtr& seconds) {
  return make_call(DataType(TypeKind::Timestamp), {seconds},
                   [](EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
                     constexpr int kMicrosScale = 6;
                     const int scale = columns[0]->type().scale();
                     const Int128 unit = power_of_ten(std::abs(scale - kMicrosScale));
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       const Int128 value = columns[0]->at<Int128>(row);
                       const Int128 micros = scale > kMicrosScale ? value / unit : value * unit;
                       const auto instant = static_cast<std::int64_t>(micros);
                       out.mutable_values<std::int64_t>()[row] = instant;
                       const bool loses = scale > kMicrosScale && value % unit != 0;
                       if (instant == micros && !loses) return;
                       context.fail(row, instant == micros ? lost_digits() : instant_overflow());
                       out.set_null(row);
                     });
                   });
}

Result<BoundExpressionPtr> bind_timestamp_seconds(const FunctionCall& call) {
  const bool whole = call.arguments.size() != 1 || !call.arguments[0] ||
                     call.arguments[0]->type().is_integral();
  if (whole) return FunctionGroup::binder<Timestamp(Long)>(plain(instant_of<kMicrosPerSecond>))(call);
  if (call.arguments[0]->type().kind() == TypeKind::Decimal)
    return instant_of_decimal(call.arguments[0]);
  return FunctionGroup::binder<Timestamp(Double)>(plain(instant_of_real))(call);
}

}  // namespace

void register_current_time_functions(FunctionRegistry& registry) {
  FunctionGroup times(registry, "date and time");
  times.add_custom("current_timestamp()", "The time of the epoch: the same for all its records.",
                   bind_current(TypeKind::Timestamp))
      .alias("now");
  times.add_custom("current_date()", "The day of the epoch in the session zone.",
                   bind_current(TypeKind::Date))
      .alias("curdate");
  times.add_custom("localtimestamp()", "The time of the epoch in the session zone, without zone.",
                   bind_current(TypeKind::TimestampNtz));
  times.add_bound<String()>("current_timezone()", "Name of the session zone.",
                            [](const FunctionCall& call, const Arguments&) {
                              const auto name = [zone = call.settings.time_zone](CallRow& row) {
                                return row.copy(zone);
                              };
                              return Result<std::decay_t<decltype(name)>>(name);
                            });
  times.add<Long(Timestamp)>("unix_seconds(timestamp)", "Seconds since 1970 UTC.",
                             since_epoch<kMicrosPerSecond>);
  times.add<Long(Timestamp)>("unix_millis(timestamp)", "Milliseconds since 1970 UTC.",
                             since_epoch<1000>);
  times.add<Long(Timestamp)>("unix_micros(timestamp)", "Microseconds since 1970 UTC.",
                             since_epoch<1>);
  times.add<Int(Date)>("unix_date(date)", "Days since 1970.", [](std::int32_t days) { return days; });
  times.add<Date(Int)>("date_from_unix_date(days)", "The day so many days after 1970-01-01.",
                       [](std::int32_t days) { return days; });
  times.add_custom("timestamp_seconds(count)", "The instant so many seconds after 1970 UTC.",
                   bind_timestamp_seconds);
  times.add_custom("timestamp_millis(count)", "The instant so many milliseconds after 1970 UTC.",
                   takes_only_whole_numbers(FunctionGroup::binder<Timestamp(Long)>(plain(instant_of<1000>))));
  times.add_custom("timestamp_micros(count)", "The instant so many microseconds after 1970 UTC.",
                   takes_only_whole_numbers(FunctionGroup::binder<Timestamp(Long)>(plain(instant_of<1>))));
}

}  // namespace millrace
