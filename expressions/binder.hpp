#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expressions/function_registry.hpp"

namespace millrace {

/// One column that an expression may name.
struct ScopeColumn {
  std::string name;
  std::vector<std::string> qualifiers;  // names of views and nodes it can be reached by
  std::vector<std::int64_t> node_ids;   // plan nodes it came through
  DataType type;
  bool nullable = true;
};

/// The columns of a node's input, in the order of its batches.
struct BindScope {
  std::vector<ScopeColumn> columns;
};

/// Binds `expression` to `scope`: resolves names (`UNRESOLVED_COLUMN.WITH_SUGGESTION`), functions
/// (`UNRESOLVED_ROUTINE`) and types (`DATATYPE_MISMATCH.*`), adds Spark's implicit casts, folds
/// constants. Every error found is appended to `errors` (with origin); the result is null then.
/// Aggregates, generators, stars, time windows and OVER are the analyzer's and are errors here.
BoundExpressionPtr bind(const Expression& expression, const BindScope& scope,
                        const FunctionRegistry& functions, const ExpressionSettings& settings,
                        std::vector<Error>& errors);

/// An aggregate call and its bound arguments.
struct BoundAggregate {
  AggregateFunctionPtr function;
  std::vector<BoundExpressionPtr> arguments;
  BoundExpressionPtr filter;  // may be empty
  bool order_sensitive = false;
};
/// Same for one aggregate call. Requires: `call` names an entry of kind Aggregate.
std::optional<BoundAggregate> bind_aggregate(const Function& call, const Origin& origin,
                                             const BindScope& scope,
                                             const FunctionRegistry& functions,
                                             const ExpressionSettings& settings,
                                             std::vector<Error>& errors);

/// A bound reference to input column `index`.
BoundExpressionPtr bound_column(int index, DataType type, bool nullable);
BoundExpressionPtr bound_literal(Value value);
/// `child` converted to `to` by Spark's CAST rules under `settings`; fails where Spark has no such cast.
Result<BoundExpressionPtr> bound_cast(BoundExpressionPtr child, const DataType& to, CastMode mode,
                                      const ExpressionSettings& settings);

}  // namespace millrace
