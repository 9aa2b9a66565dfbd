#include "expressions/kernels/kernel_expression.hpp"

#include <algorithm>

#include "expressions/kernels/column_loops.hpp"
#include "expressions/kernels/null_order.hpp"

namespace millrace::kernels {

namespace {

class UnaryExpression final : public BoundExpression {
 public:
  UnaryExpression(DataType type, bool nullable, BoundExpressionPtr child, UnaryKernel kernel,
                  Cost cost)
      : BoundExpression(std::move(type), nullable),
        child_(std::move(child)),
        kernel_(std::move(kernel)),
        cheap_(cost == Cost::Cheap && child_->is_cheap()) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    return kernel_(context, type(), child_->evaluate(context, batch, rows), rows);
  }
  bool is_cheap() const override { return cheap_; }

 private:
  const BoundExpressionPtr child_;
  const UnaryKernel kernel_;
  const bool cheap_;
};

class BinaryExpression final : public BoundExpression {
 public:
  BinaryExpression(DataType type, bool nullable, BoundExpressionPtr left, BoundExpressionPtr right,
                   BinaryKernel kernel, Cost cost)
      : BoundExpression(std::move(type), nullable),
        left_(std::move(left)),
        right_(std::move(right)),
        kernel_(std::move(kernel)),
        cheap_(cost == Cost::Cheap && left_->is_cheap() && right_->is_cheap()) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    const std::size_t first_error = context.errors.size();
    const ColumnRef left = left_->evaluate(context, batch, rows);
    const std::size_t num_errors = context.errors.size();
    const ColumnRef right = right_->evaluate(context, batch, rows);
    // What is never NULL looks at both sides (<=>).
    if (nullable() && context.errors.size() > first_error) {
      forgive_behind_null(context, num_errors, *left, *right_);
      if (right->is_constant() && right->is_null(0)) forgive_before_null(context, first_error, {left_, right_});
    }
    return kernel_(context, type(), left, right, rows);
  }
  bool is_cheap() const override { return cheap_; }

 private:
  const BoundExpressionPtr left_;
  const BoundExpressionPtr right_;
  const BinaryKernel kernel_;
  const bool cheap_;
};

class ManyExpression final : public BoundExpression {
 public:
  ManyExpression(DataType type, bool nullable, std::vector<BoundExpressionPtr> children,
                 ManyKernel kernel, Cost cost)
      : BoundExpression(std::move(type), nullable),
        children_(std::move(children)),
        kernel_(std::move(kernel)),
        cheap_(cost == Cost::Cheap &&
               std::all_of(children_.begin(), children_.end(),
                           [](const BoundExpressionPtr& child) { return child->is_cheap(); })) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    std::vector<ColumnRef> columns;
    columns.reserve(children_.size());
    for (const BoundExpressionPtr& child : children_)
      columns.push_back(child->evaluate(context, batch, rows));
    return kernel_(context, type(), columns, rows);
  }
  bool is_cheap() const override { return cheap_; }

 private:
  const std::vector<BoundExpressionPtr> children_;
  const ManyKernel kernel_;
  const bool cheap_;
};

class ForgivingExpression final : public BoundExpression {
 public:
  explicit ForgivingExpression(BoundExpressionPtr child)
      : BoundExpression(child->type(), true), child_(std::move(child)) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    const std::size_t num_errors = context.errors.size();
    ColumnRef column = child_->evaluate(context, batch, rows);
    context.errors.erase(context.errors.begin() + static_cast<std::ptrdiff_t>(num_errors), context.errors.end());
    return column;
  }

 private:
  const BoundExpressionPtr child_;
};

class FailingExpression final : public BoundExpression {
 public:
  FailingExpression(DataType type, bool nullable, Error error)
      : BoundExpression(std::move(type), nullable), error_(std::move(error)) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch&, Rows rows) const override {
    rows.for_each([&](std::uint32_t row) { context.fail(row, error_); });
    return null_column(context.pool, type());
  }

 private:
  const Error error_;
};

}  // namespace

BoundExpressionPtr make_unary(DataType type, bool nullable, BoundExpressionPtr child,
                              UnaryKernel kernel, Cost cost) {
  return std::make_shared<UnaryExpression>(std::move(type), nullable, std::move(child),
                                           std::move(kernel), cost);
}

BoundExpressionPtr make_binary(DataType type, bool nullable, BoundExpressionPtr left,
                               BoundExpressionPtr right, BinaryKernel kernel, Cost cost) {
  return std::make_shared<BinaryExpression>(std::move(type), nullable, std::move(left),
                                            std::move(right), std::move(kernel), cost);
}

BoundExpressionPtr make_many(DataType type, bool nullable, std::vector<BoundExpressionPtr> children,
                             ManyKernel kernel, Cost cost) {
  return std::make_shared<ManyExpression>(std::move(type), nullable, std::move(children),
                                          std::move(kernel), cost);
}

bool is_failing(const BoundExpression& expression) {
  return dynamic_cast<const FailingExpression*>(&expression) != nullptr;
}

BoundExpressionPtr make_forgiving(BoundExpressionPtr expression) {
  return std::make_shared<ForgivingExpression>(std::move(expression));
}

BoundExpressionPtr make_failing(DataType type, bool nullable, Error error) {
  return std::make_shared<FailingExpression>(std::move(type), nullable, std::move(error));
}

}  // namespace millrace::kernels
