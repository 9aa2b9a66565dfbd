#include "expressions/kernels/comparison.hpp"

#include "expressions/kernels/column_loops.hpp"
#include "expressions/kernels/ordering.hpp"

namespace millrace::kernels {

namespace {

template <Comparison Operation, class T>
constexpr bool holds(const T& a, const T& b) {
  if constexpr (Operation == Comparison::Equal) return equal(a, b);
  else if constexpr (Operation == Comparison::NotEqual) return !equal(a, b);
  else if constexpr (Operation == Comparison::Less) return less(a, b);
  else if constexpr (Operation == Comparison::LessOrEqual) return !less(b, a);
  else if constexpr (Operation == Comparison::Greater) return less(b, a);
  else return !less(a, b);
}

template <Comparison Operation, class T>
ColumnRef compare_plain(EvalContext& context, const DataType& type, const ColumnRef& left,
                        const ColumnRef& right, Rows rows) {
  ColumnRef out = start_result(context, type, rows, *left, *right);
  map_pairs<T, T, std::uint8_t>(*left, *right, rows, *out,
                                [](const T& a, const T& b) -> std::uint8_t {
                                  return holds<Operation>(a, b);
                                });
  return out;
}

template <Comparison Operation>
ColumnRef compare_nested(EvalContext& context, const DataType& type, const ColumnRef& left,
                         const ColumnRef& right, Rows rows) {
  ColumnRef out = start_result(context, type, rows, *left, *right);
  std::uint8_t* values = out->mutable_values<std::uint8_t>();
  rows.for_each([&](std::uint32_t row) {
    if (!out->is_null(row))
      values[row] = holds<Operation>(compare_values(*left, row, *right, row), 0);
  });
  return out;
}

template <Comparison Operation>
BinaryKernel kernel_for(const DataType& operands) {
  switch (operands.kind()) {
    case TypeKind::Boolean: return compare_plain<Operation, std::uint8_t>;
    case TypeKind::Byte: return compare_plain<Operation, std::int8_t>;
    case TypeKind::Short: return compare_plain<Operation, std::int16_t>;
    case TypeKind::Int:
    case TypeKind::Date:
    case TypeKind::YearMonthInterval: return compare_plain<Operation, std::int32_t>;
    case TypeKind::Long:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz:
    case TypeKind::DayTimeInterval: return compare_plain<Operation, std::int64_t>;
    case TypeKind::Float: return compare_plain<Operation, float>;
    case TypeKind::Double: return compare_plain<Operation, double>;
    case TypeKind::Decimal: return compare_plain<Operation, Int128>;
    case TypeKind::String:
    case TypeKind::Binary: return compare_plain<Operation, std::string_view>;
    default: return compare_nested<Operation>;
  }
}

}  // namespace

BinaryKernel comparison_kernel(Comparison operation, const DataType& operands) {
  switch (operation) {
    case Comparison::Equal: return kernel_for<Comparison::Equal>(operands);
    case Comparison::NotEqual: return kernel_for<Comparison::NotEqual>(operands);
    case Comparison::Less: return kernel_for<Comparison::Less>(operands);
    case Comparison::LessOrEqual: return kernel_for<Comparison::LessOrEqual>(operands);
    case Comparison::Greater: return kernel_for<Comparison::Greater>(operands);
    case Comparison::GreaterOrEqual: return kernel_for<Comparison::GreaterOrEqual>(operands);
  }
  return {};
}

BinaryKernel null_safe_equal_kernel(const DataType& operands) {
  BinaryKernel plain = comparison_kernel(Comparison::Equal, operands);
  return [plain = std::move(plain)](EvalContext& context, const DataType& type,
                                    const ColumnRef& left, const ColumnRef& right, Rows rows) {
    ColumnRef equal = plain(context, type, left, right, rows);
    if (!equal->has_nulls()) return equal;
    ColumnRef out = context.pool.make_column(type);
    out->resize(rows.end());
    std::uint8_t* values = out->mutable_values<std::uint8_t>();
    rows.for_each([&](std::uint32_t row) {
      values[row] = equal->is_null(row) ? left->is_null(row) && right->is_null(row)
                                        : equal->at<std::uint8_t>(row);
    });
    return out;
  };
}

}  // namespace millrace::kernels
