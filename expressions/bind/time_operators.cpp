#include "expressions/bind/operators.hpp"
#include "expressions/bind/type_coercion.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/kernels/time_arithmetic.hpp"

namespace millrace {

namespace {

using kernels::Arithmetic;
using kernels::Cost;
using kernels::Direction;
using kernels::OnError;
using Bound = Result<BoundExpressionPtr>;
using Kind = TypeKind;

bool is_sql_interval(const DataType& type) {
  return type.kind() == Kind::DayTimeInterval || type.kind() == Kind::YearMonthInterval;
}
bool is_interval(const DataType& type) {
  return is_sql_interval(type) || type.kind() == Kind::CalendarInterval;
}
bool is_timestamp(const DataType& type) {
  return type.kind() == Kind::Timestamp || type.kind() == Kind::TimestampNtz;
}
bool is_time(const DataType& type) { return is_timestamp(type) || type.kind() == Kind::Date; }

/// A call whose operands stand in the order in which the rules are written: time first.
struct TimeCall {
  const FunctionCall& call;
  BoundExpressionPtr left;
  BoundExpressionPtr right;
  Arithmetic operation;
  OnError on_error;

  Direction direction() const {
    return operation == Arithmetic::Add ? Direction::Add : Direction::Subtract;
  }
  Bound make(DataType type, kernels::BinaryKernel kernel) const {
    const bool nullable =
        left->nullable() || right->nullable() || on_error == OnError::Null;
    return kernels::make_binary(std::move(type), nullable, left, right, std::move(kernel),
                                Cost::Costly);
  }
};

Result<TimeZone> zone_for(const DataType& type, const ExpressionSettings& settings) {
  if (type.kind() != Kind::Timestamp) return TimeZone();
  return TimeZone::find(settings.time_zone);
}

Bound cast_left(TimeCall call, const DataType& to, Bound (*then)(const TimeCall&)) {
  Bound cast = cast_to(call.left, to, call.call.settings);
  if (!cast) return cast;
  call.left = std::move(*cast);
  return then(call);
}

Bound add_to_timestamp(const TimeCall& call) {
  Result<TimeZone> zone = zone_for(call.left->type(), call.call.settings);
  if (!zone) return std::move(zone.error());
  return call.make(call.left->type(), kernels::add_to_time_kernel(call.right->type(),
                                                                  call.direction(), *zone));
}

/// Spark adds the negative of an interval of SQL: the negative of the least one does not exist.
TimeCall as_sum(TimeCall call) {
  if (call.operation != Arithmetic::Subtract || !is_sql_interval(call.right->type())) return call;
  const OnError rule = call.on_error == OnError::Null ? OnError::Null : OnError::Fail;
  call.right = kernels::make_unary(call.right->type(), call.right->nullable() || rule == OnError::Null, call.right,
                                   kernels::sign_kernel(kernels::Sign::Negate, call.right->type().kind(), rule),
                                   Cost::Costly);
  call.operation = Arithmetic::Add;
  return call;
}

Bound add_calendar_interval(const TimeCall& call) {
  Result<TimeZone> zone = TimeZone::find(call.call.settings.time_zone);
  if (!zone) return std::move(zone.error());
  return call.make(Kind::Date, kernels::add_calendar_interval_kernel(call.direction(), *zone, call.on_error));
}

/// A date stays a date with months, whole days or a calendar interval, else it becomes a timestamp.
Bound add_interval(const TimeCall& call) {
  const DataType& interval = call.right->type();
  if (call.left->type().kind() != Kind::Date) return add_to_timestamp(call);
  if (interval.kind() == Kind::YearMonthInterval)
    return call.make(Kind::Date, kernels::add_months_kernel(call.direction()));
  if (interval.kind() == Kind::DayTimeInterval && interval.interval_end() == 0)
    return call.make(Kind::Date, kernels::add_day_interval_kernel(call.direction()));
  if (interval.kind() == Kind::CalendarInterval) return add_calendar_interval(call);
  return cast_left(call, Kind::Timestamp, add_to_timestamp);
}

Bound add_days(TimeCall call) {
  if (call.right->type().kind() == Kind::Long)
    return unexpected_input_type(call.call, 1, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")");
  BoundExpressionPtr days = implicit_cast(call.right, Kind::Int, call.call.settings);
  if (days == nullptr) return different_types(call.call);
  call.right = std::move(days);
  return call.make(Kind::Date, kernels::add_days_kernel(call.direction()));
}

Bound subtract_times(TimeCall call) {
  const DataType& a = call.left->type();
  const DataType& b = call.right->type();
  if (a.kind() == Kind::Date && b.kind() == Kind::Date)
    return call.make(DataType::day_time_interval(0, 0), kernels::subtract_dates_kernel());
  const DataType type = a.kind() == Kind::Timestamp || b.kind() == Kind::Timestamp
                            ? Kind::Timestamp
                            : Kind::TimestampNtz;
  Bound left = cast_to(call.left, type, call.call.settings);
  Bound right = cast_to(call.right, type, call.call.settings);
  Result<TimeZone> zone = zone_for(type, call.call.settings);
  if (!left || !right || !zone) return different_types(call.call);
  call.left = std::move(*left);
  call.right = std::move(*right);
  return call.make(DataType::day_time_interval(), kernels::subtract_times_kernel(*zone));
}

Bound combine_intervals(TimeCall call) {
  const auto type = tightest_common_type(call.left->type(), call.right->type(), call.call.settings);
  if (!type || !is_sql_interval(*type)) return different_types(call.call);
  const OnError rule = call.on_error == OnError::Wrap ? OnError::Fail : call.on_error;
  return call.make(*type, kernels::arithmetic_kernel(call.operation, type->kind(), rule));
}

Bound scale_interval(TimeCall call) {
  const Kind kind = call.left->type().kind();
  const DataType& factor = call.right->type();
  if (factor.kind() != Kind::Decimal) {
    Bound cast = cast_to(call.right, factor.is_integral() ? Kind::Long : Kind::Double, call.call.settings);
    if (!cast) return cast;
    call.right = std::move(*cast);
  }
  const DataType type = kind == Kind::DayTimeInterval ? DataType::day_time_interval()
                                                      : DataType::year_month_interval();
  return call.make(type, kernels::scale_interval_kernel(call.operation, kind, call.right->type(), call.on_error));
}

/// A string beside a time is a time, beside an interval a time too (+ and -), else a number.
Bound promote_string(TimeCall& call) {
  const DataType& other = is_time(call.left->type()) || is_interval(call.left->type())
                              ? call.left->type()
                              : call.right->type();
  BoundExpressionPtr& text = &other == &call.left->type() ? call.right : call.left;
  const bool to_time = call.operation <= Arithmetic::Subtract;
  Bound cast = cast_to(text, to_time ? (is_time(other) ? other : DataType(Kind::Timestamp))
                                     : DataType(Kind::Double),
                       call.call.settings);
  if (cast) text = *cast;
  return cast;
}

bool is_text(const DataType& type) { return type.kind() == Kind::String || type.is_null(); }

Bound bind_sum(TimeCall call) {
  const bool adds = call.operation == Arithmetic::Add;
  if (adds && !is_time(call.left->type()) && is_time(call.right->type()))
    std::swap(call.left, call.right);
  const DataType& a = call.left->type();
  const DataType& b = call.right->type();
  if (is_time(a) && is_interval(b)) return add_interval(as_sum(call));
  if (a.kind() == Kind::Date && b.is_integral()) return add_days(call);
  if (!adds && is_time(a) && is_time(b)) return subtract_times(call);
  if (is_interval(a) && is_interval(b)) return combine_intervals(call);
  return different_types(call.call);
}

Bound bind_product(TimeCall call) {
  if (call.operation == Arithmetic::Multiply && !is_sql_interval(call.left->type()))
    std::swap(call.left, call.right);
  if (is_sql_interval(call.left->type()) && call.right->type().is_numeric())
    return scale_interval(call);
  return different_types(call.call);
}

}  // namespace

std::optional<Bound> bind_time_arithmetic(const FunctionCall& call, Arithmetic operation,
                                          OnError on_error) {
  TimeCall time{call, call.arguments[0], call.arguments[1], operation, on_error};
  auto concerns = [](const DataType& type) { return is_time(type) || is_interval(type); };
  if (!concerns(time.left->type()) && !concerns(time.right->type())) return std::nullopt;
  if (is_text(time.left->type()) || is_text(time.right->type()))
    if (Bound cast = promote_string(time); !cast) return cast;
  if (operation <= Arithmetic::Subtract) return bind_sum(time);
  if (operation <= Arithmetic::Divide) return bind_product(time);
  return different_types(call);
}

}  // namespace millrace
