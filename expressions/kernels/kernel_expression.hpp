#pragma once

#include <functional>
#include <span>
#include <vector>

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

/// A computed column: evaluates its children and hands their columns to a kernel, once a batch. The
/// kernel gets the result type and returns a column with rows.end() rows, or a constant one.
using UnaryKernel =
    std::function<ColumnRef(EvalContext&, const DataType& type, const ColumnRef& in, Rows)>;
using BinaryKernel = std::function<ColumnRef(EvalContext&, const DataType& type,
                                             const ColumnRef& left, const ColumnRef& right, Rows)>;
using ManyKernel = std::function<ColumnRef(EvalContext&, const DataType& type,
                                           const std::vector<ColumnRef>& columns, Rows)>;

/// How a node behaves besides its values.
enum class Cost {
  Cheap,   // never fails, a few instructions a row: may run on rows that nobody wants
  Costly,  // may fail, or is worth leaving rows out
};

BoundExpressionPtr make_unary(DataType type, bool nullable, BoundExpressionPtr child,
                              UnaryKernel kernel, Cost cost);
BoundExpressionPtr make_binary(DataType type, bool nullable, BoundExpressionPtr left,
                               BoundExpressionPtr right, BinaryKernel kernel, Cost cost);
BoundExpressionPtr make_many(DataType type, bool nullable, std::vector<BoundExpressionPtr> children,
                             ManyKernel kernel, Cost cost);

/// A constant expression that fails whenever a row is reached: what folding made of an ANSI error.
BoundExpressionPtr make_failing(DataType type, bool nullable, Error error);
/// `expression` with NULL where it fails.
BoundExpressionPtr make_forgiving(BoundExpressionPtr expression);
bool is_failing(const BoundExpression& expression);

}  // namespace millrace::kernels
