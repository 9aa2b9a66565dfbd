#pragma once

#include "expressions/aggregates/aggregates.hpp"
#include "expressions/binder.hpp"
#include "tests/support/operator_harness.hpp"

namespace millrace::test {

/// Aggregate `name` bound to arguments; the test fails when it cannot be bound.
BoundAggregate aggregate(const char* name, std::vector<BoundExpressionPtr> arguments,
                         ExpressionSettings settings = {});
/// The error of binding it to arguments of these types; the test fails when it can be bound.
Error aggregate_error(const char* name, const std::vector<DataType>& types);

/// The result of an aggregate over rows whose columns are its arguments, as text, or `error: ...`.
/// It is computed in one batch, row by row, and from two halves that are merged; all must agree.
std::string aggregate_of(const char* name, const std::vector<DataType>& types,
                         const std::vector<Row>& rows, ExpressionSettings settings = {});
std::string aggregate_of(const AggregateFunctionPtr& function, const std::vector<DataType>& types,
                         const std::vector<Row>& rows);
/// The same for `name(DISTINCT ...)`.
std::string distinct_aggregate_of(const char* name, const std::vector<DataType>& types,
                                  const std::vector<Row>& rows);

}  // namespace millrace::test
