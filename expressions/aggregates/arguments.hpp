#pragma once

#include "expressions/function_registry.hpp"
#include "records/sort_key.hpp"

#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// One parameter of an aggregate: which types it takes, and how Spark names them in errors.
struct Parameter {
  bool (*accepts)(const DataType&);
  const char* names;
};

bool is_boolean(const DataType& type);
bool is_numeric(const DataType& type);
bool is_any(const DataType& type);
/// Has an order: everything but maps and calendar intervals, nested ones too.
bool is_orderable(const DataType& type);

/// Number and types of the arguments; an untyped NULL is accepted everywhere.
Status check_arguments(const FunctionCall& call, const std::vector<Parameter>& parameters);

/// The value of a constant argument; nothing when it is NULL, not constant or of another type.
std::optional<bool> literal_boolean(const BoundExpression& expression);
std::optional<double> literal_double(const BoundExpression& expression);
/// One number, or the numbers of an array.
std::optional<std::vector<double>> literal_doubles(const BoundExpression& expression);

/// The order of `WITHIN GROUP (ORDER BY ...)`, whose expressions are the last arguments of a call.
std::vector<SortDirection> within_group(const FunctionCall& call);
/// INVALID_WITHIN_GROUP_EXPRESSION.*, 42K0K.
Error wrong_num_orderings(const FunctionCall& call, std::size_t expected, std::size_t actual);
Error no_distinct_within_group(const FunctionCall& call);

using BindAggregate = Result<AggregateFunctionPtr> (*)(const FunctionCall&);
enum class OrderSensitive { No, Yes };
void add_aggregate(FunctionRegistry& registry, const char* name, const char* signature,
                   const char* summary, BindAggregate bind,
                   OrderSensitive order = OrderSensitive::No);

inline bool may_be_null(const Column& column) {
  return column.has_nulls() || column.type().is_null();
}
inline bool is_null_at(const Column& column, std::size_t row) {
  return column.type().is_null() || column.is_null(row);
}
inline bool no_argument_is_null(const std::vector<ColumnRef>& arguments, std::size_t row) {
  for (const ColumnRef& argument : arguments)
    if (is_null_at(*argument, row)) return false;
  return true;
}

}  // namespace millrace
