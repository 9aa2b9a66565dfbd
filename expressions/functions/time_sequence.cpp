#include <algorithm>

#include <fmt/format.h>

#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/value_access.hpp"
#include "expressions/functions/value_size.hpp"
#include "expressions/kernels/time_arithmetic.hpp"
#include "records/calendar.hpp"

namespace millrace {

namespace {

using Columns = std::vector<ColumnRef>;

/// The step of a row, by the three kinds of intervals.
CalendarInterval step_at(const Column& steps, std::uint32_t row) {
  switch (steps.type().kind()) {
    case TypeKind::YearMonthInterval: return {steps.at<std::int32_t>(row), 0, 0};
    case TypeKind::DayTimeInterval: {
      const std::int64_t micros = steps.at<std::int64_t>(row);
      return {0, static_cast<std::int32_t>(micros / kMicrosPerDay), micros % kMicrosPerDay};
    }
    default: return steps.at<CalendarInterval>(row);
  }
}

/// Spark's estimate: a month is 28 days, so that there are never more elements.
Int128 least_length(const CalendarInterval& step) {
  constexpr int kShortestMonth = 28;
  return Int128{step.microseconds} + (Int128{step.months} * kShortestMonth + step.days) * kMicrosPerDay;
}

/// Instants from `start` to `stop`, each a multiple of the step from the start.
class TimeSequence {
 public:
  TimeSequence(const TimeZone& zone, bool of_days) : zone_(zone), of_days_(of_days) {}

  void fill(EvalContext& context, const Columns& columns, Rows rows, Column& out) const {
    rows.for_each([&](std::uint32_t row) {
      if (out.is_null(row)) return;
      const std::int64_t start = instant_at(*columns[0], row), stop = instant_at(*columns[1], row);
      const CalendarInterval step =
          columns.size() == 3 ? step_at(*columns[2], row) : CalendarInterval{0, stop >= start ? 1 : -1, 0};
      const ListWriter list(out, row);
      if (const std::optional<Error> error = append(start, stop, step, out.child(0))) {
        context.fail(row, *error);
        out.set_null(row);
      }
    });
  }

 private:
  std::int64_t instant_at(const Column& times, std::uint32_t row) const {
    return of_days_ ? zone_.to_instant(times.at<std::int32_t>(row) * kMicrosPerDay) : times.at<std::int64_t>(row);
  }

  std::optional<Error> append(std::int64_t start, std::int64_t stop, const CalendarInterval& step,
                              const ColumnRef& times) const {
    if (of_days_ && step.months == 0 && step.days == 0)
      return make_error(ErrorKind::QueryFailed, "sequence: a step between dates must have whole days");
    const Int128 length = least_length(step);
    if (length > 0 ? start > stop : length < 0 ? start < stop : start != stop)
      return make_error(ErrorKind::QueryFailed,
                        fmt::format("Illegal sequence boundaries: {} to {} by {} months, {} days, {} microseconds", start,
                                    stop, step.months, step.days, step.microseconds));
    const Int128 count = length == 0 ? 1 : (Int128{stop} - start) / length + 1;
    if (!has_room(times, static_cast<std::uint64_t>(std::min<Int128>(count, kMaxElements + Int128{1}))))
      return too_many_elements("sequence", fmt::format("{}", static_cast<double>(count)));
    put(start, *times);
    // A change of the clock may leave room for one more.
    for (std::int64_t n = 1; length != 0 && n <= static_cast<std::int64_t>(count); ++n) {
      const std::optional<std::int64_t> time = kernels::add_to_instant(start, times_step(n, step), zone_);
      if (!time || (length > 0 ? *time > stop : *time < stop)) break;
      put(*time, *times);
    }
    return std::nullopt;
  }

  /// Fits: `n` steps of 28 days or more lie between two instants.
  static CalendarInterval times_step(std::int64_t n, const CalendarInterval& step) {
    return {static_cast<std::int32_t>(n * step.months), static_cast<std::int32_t>(n * step.days),
            n * step.microseconds};
  }

  void put(std::int64_t instant, Column& times) const {
    if (of_days_) times.append(static_cast<std::int32_t>(floor_divide(zone_.to_local(instant), kMicrosPerDay)));
    else times.append(instant);
  }

  TimeZone zone_;
  bool of_days_;
};

}  // namespace

Result<BoundExpressionPtr> bind_time_sequence(const FunctionCall& call) {
  const DataType type = call.arguments[0]->type();
  const bool has_zone = type.kind() != TypeKind::TimestampNtz;
  const TimeSequence sequence(has_zone ? session_zone(call) : TimeZone(), type.kind() == TypeKind::Date);
  return make_call(DataType::array(type, false), call.arguments,
                   [sequence](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
                     sequence.fill(context, columns, rows, out);
                   });
}

}  // namespace millrace
