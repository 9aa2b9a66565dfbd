#pragma once

#include <vector>

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

enum class Connective { And, Or };

/// AND and OR of any number of terms with SQL's three values. A term is evaluated only for the rows
/// that the terms before it left open, so an error in `b <> 0 AND a / b > 1` does not arise.
class ConnectiveExpression final : public BoundExpression {
 public:
  ConnectiveExpression(Connective connective, std::vector<BoundExpressionPtr> terms);

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override;
  bool is_cheap() const override { return cheap_; }

  Connective connective() const { return connective_; }
  const std::vector<BoundExpressionPtr>& terms() const { return terms_; }

 private:
  ColumnRef combine_cheap(EvalContext& context, const RecordBatch& batch, Rows rows) const;
  ColumnRef combine_open(EvalContext& context, const RecordBatch& batch, Rows rows) const;

  const Connective connective_;
  const std::vector<BoundExpressionPtr> terms_;
  const bool cheap_;
};

/// Terms of the same connective below are taken over: `a AND (b AND c)` has three terms.
BoundExpressionPtr make_connective(Connective connective, BoundExpressionPtr left,
                                   BoundExpressionPtr right);
BoundExpressionPtr make_not(BoundExpressionPtr child);

enum class NullTest { IsNull, IsNotNull };
BoundExpressionPtr make_null_test(BoundExpressionPtr child, NullTest test);

}  // namespace millrace::kernels
