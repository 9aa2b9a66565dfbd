#pragma once

#include "expressions/aggregates/arguments.hpp"
#include "expressions/running_function.hpp"
#include "records/decimal.hpp"

namespace millrace {

/// An aggregate whose state is one plain struct of which all bytes zero is the empty state.
template <class State>
class FixedAggregate : public AggregateFunction {
 public:
  using AggregateFunction::AggregateFunction;
  std::size_t state_size() const final { return sizeof(State); }

 protected:
  static State& state(std::byte* bytes) { return *reinterpret_cast<State*>(bytes); }
  static const State& state(const std::byte* bytes) {
    return *reinterpret_cast<const State*>(bytes);
  }
};

/// Calls f(k, value) for each of `rows` that is not NULL; k is the position in `rows`.
template <class T, class F>
void for_each_valid(const Column& column, Rows rows, F&& f) {
  if (column.type().is_null()) return;
  if (!column.has_nulls()) {
    for (std::uint32_t k = 0; k < rows.size(); ++k) f(k, column.at<T>(rows[k]));
    return;
  }
  for (std::uint32_t k = 0; k < rows.size(); ++k)
    if (!column.is_null(rows[k])) f(k, column.at<T>(rows[k]));
}

/// Calls add(k, value) for each of `rows` that is not NULL and, NULL or not, then give(k).
template <class T, class Add, class Give>
void for_each_in_turn(const Column& column, Rows rows, Add&& add, Give&& give) {
  const bool has_nulls = column.has_nulls();
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    if (!has_nulls || !column.is_null(rows[k])) add(k, column.at<T>(rows[k]));
    give(k);
  }
}

/// Calls f with a null pointer to the C++ type of an integral, fractional or time type.
template <class F>
void with_number_type(const DataType& type, F&& f) {
  switch (type.kind()) {
    case TypeKind::Byte: return f(static_cast<std::int8_t*>(nullptr));
    case TypeKind::Short: return f(static_cast<std::int16_t*>(nullptr));
    case TypeKind::Int:
    case TypeKind::Date:
    case TypeKind::YearMonthInterval: return f(static_cast<std::int32_t*>(nullptr));
    case TypeKind::Long:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz:
    case TypeKind::DayTimeInterval: return f(static_cast<std::int64_t*>(nullptr));
    case TypeKind::Float: return f(static_cast<float*>(nullptr));
    case TypeKind::Double: return f(static_cast<double*>(nullptr));
    default: return;
  }
}

/// Calls f(k, number) for each valid row of a column of numbers, times or intervals, as a double.
template <class F>
void for_each_double(const Column& column, Rows rows, F&& f) {
  if (column.type().kind() != TypeKind::Decimal) {
    return with_number_type(column.type(), [&]<class T>(T*) {
      for_each_valid<T>(column, rows,
                        [&](std::uint32_t k, T value) { f(k, static_cast<double>(value)); });
    });
  }
  const int scale = column.type().scale();
  for_each_valid<Int128>(
      column, rows, [&](std::uint32_t k, Int128 value) { f(k, decimal_to_double(value, scale)); });
}

}  // namespace millrace
