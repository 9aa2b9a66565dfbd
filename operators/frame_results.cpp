#include "expressions/expression_errors.hpp"
#include "operators/frame_totals.hpp"
#include "records/decimal.hpp"

#include <optional>

// From totals to the columns of the output.
namespace millrace {

namespace {

template <class T>
void set(Column& out, std::uint32_t row, T value) {
  out.mutable_values<T>()[row] = value;
}

/// A whole number in the width of the column.
void set_long(Column& out, std::uint32_t row, std::int64_t value) {
  switch (out.type().width()) {
    case 1: return set(out, row, static_cast<std::int8_t>(value));
    case 2: return set(out, row, static_cast<std::int16_t>(value));
    case 4: return set(out, row, static_cast<std::int32_t>(value));
    default: return set(out, row, value);
  }
}

void put_value(const FrameRows& rows, FrameLayout::Kind kind, std::size_t argument, std::uint32_t i,
               Column& out, std::uint32_t row) {
  switch (kind) {
    case FrameLayout::Kind::Long: return set_long(out, row, rows.value<std::int64_t>(i, argument));
    case FrameLayout::Kind::Double: {
      const auto value = rows.value<double>(i, argument);
      if (out.type().kind() == TypeKind::Float) return set(out, row, static_cast<float>(value));
      return set(out, row, value);
    }
    default: return set(out, row, rows.value<Int128>(i, argument));
  }
}

/// Nothing where the sum has no place in the type.
std::optional<Int128> fitted(Int128 sum, const DataType& type, FrameOverflow on_overflow) {
  if (type.kind() == TypeKind::Decimal)
    return count_digits(sum) > type.precision() ? std::nullopt : std::optional(sum);
  const Int128 narrow = type.width() == 4 ? Int128{static_cast<std::int32_t>(sum)}
                                          : Int128{static_cast<std::int64_t>(sum)};
  return narrow == sum || on_overflow == FrameOverflow::Wrap ? std::optional(narrow) : std::nullopt;
}

std::optional<Int128> decimal_average(Int128 sum, std::int64_t count, const DataType& result) {
  // The average has four more places than the values.
  const int scale = std::max(result.scale() - 4, 0);
  return compute_decimal(DecimalOperation::Divide, sum, scale, count, 0, result);
}

}  // namespace

void FrameTotals::put(const FramePlan& plan, const FrameRows& rows, EvalContext& context,
                      const ColumnRef* columns, std::uint32_t row) const {
  for (std::size_t c = 0; c < plan.calls.size(); ++c) {
    const FrameCall& call = plan.calls[c];
    const Total& total = totals_[c];
    const FrameLayout::Kind kind = plan.layout.slot(call.argument).kind;
    Column& out = *columns[c];
    switch (call.function) {
      case FrameFunction::Count:
      case FrameFunction::CountDistinct: set(out, row, total.count); break;
      case FrameFunction::Sum:
      case FrameFunction::Average: put_sum(call, total, kind, context, out, row); break;
      case FrameFunction::Min:
      case FrameFunction::Max:
        if (total.count == 0)
          out.set_null(row);
        else
          put_value(rows, kind, call.argument, index_of(total.best.front()), out, row);
    }
  }
}

void FrameTotals::put_sum(const FrameCall& call, const Total& total, FrameLayout::Kind kind,
                          EvalContext& context, Column& out, std::uint32_t row) const {
  if (total.count == 0) return out.set_null(row);
  const bool is_average = call.function == FrameFunction::Average;
  if (out.type().is_fractional()) {
    const double sum =
        kind == FrameLayout::Kind::Double ? total.real.value() : static_cast<double>(total.sum);
    return set(out, row, is_average ? sum / static_cast<double>(total.count) : sum);
  }
  const auto result = is_average ? decimal_average(total.sum, total.count, out.type())
                                 : fitted(total.sum, out.type(), call.on_overflow);
  if (!result) {
    if (call.on_overflow == FrameOverflow::Fail) context.fail(row, arithmetic_overflow("try_add"));
    return out.set_null(row);
  }
  out.type().kind() == TypeKind::Decimal ? set(out, row, *result)
                                         : set_long(out, row, static_cast<std::int64_t>(*result));
}

}  // namespace millrace
