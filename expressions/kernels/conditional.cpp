#include "expressions/kernels/conditional.hpp"

#include <algorithm>

#include "expressions/kernels/branch_writer.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "expressions/kernels/kernel_expression.hpp"
#include "expressions/kernels/ordering.hpp"

namespace millrace::kernels {

namespace {

/// Row numbers split in two; memory from the pool.
class RowSplit {
 public:
  RowSplit(EvalContext& context, std::uint32_t capacity)
      : taken_(context.pool.make_column(TypeKind::Int)),
        left_(context.pool.make_column(TypeKind::Int)) {
    taken_->resize(capacity);
    left_->resize(capacity);
  }

  /// Rows for which `take` holds go to taken(), the others to left(). `rows` may be left() itself.
  template <class Take>
  void split(Rows rows, Take take) {
    std::uint32_t* taken = taken_->mutable_values<std::uint32_t>();
    std::uint32_t* left = left_->mutable_values<std::uint32_t>();
    num_taken_ = num_left_ = 0;
    rows.for_each([&](std::uint32_t row) {
      const bool is_taken = take(row);
      taken[num_taken_] = row;
      left[num_left_] = row;
      num_taken_ += is_taken;
      num_left_ += !is_taken;
    });
  }
  Rows taken() const { return Rows::listed(taken_->values<std::uint32_t>(), num_taken_); }
  Rows left() const { return Rows::listed(left_->values<std::uint32_t>(), num_left_); }

 private:
  ColumnRef taken_;
  ColumnRef left_;
  std::uint32_t num_taken_ = 0;
  std::uint32_t num_left_ = 0;
};

/// The same values; an untyped NULL gets the type.
ColumnRef of_type(EvalContext& context, const DataType& type, ColumnRef column, Rows rows) {
  if (column->type() == type) return column;
  BranchWriter writer(context, type, rows);
  writer.write(column, rows);
  return writer.finish();
}

class CaseExpression final : public BoundExpression {
 public:
  CaseExpression(DataType type, bool nullable, std::vector<Branch> branches,
                 BoundExpressionPtr otherwise)
      : BoundExpression(std::move(type), nullable),
        branches_(std::move(branches)),
        otherwise_(std::move(otherwise)) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    if (rows.size() == 1) return evaluate_one(context, batch, rows);
    BranchWriter writer(context, type(), rows);
    RowSplit split(context, rows.size());
    Rows open = rows;
    for (const Branch& branch : branches_) {
      if (open.size() == 0) break;
      const ColumnRef condition = branch.condition->evaluate(context, batch, open);
      split.split(open, [&](std::uint32_t row) {
        return !condition->is_null(row) && condition->at<std::uint8_t>(row) != 0;
      });
      if (split.left().size() == open.size()) continue;
      // All rows taken: they keep their dense form. Listed ones may lie where `split` has written.
      const bool keeps_dense = split.left().size() == 0 && open.is_dense();
      const Rows taken = keeps_dense ? open : split.taken();
      writer.write(branch.value->evaluate(context, batch, taken), taken);
      open = split.left();
    }
    if (otherwise_ != nullptr && open.size() != 0)
      writer.write(otherwise_->evaluate(context, batch, open), open);
    return writer.finish();
  }

 private:
  /// One row: the value of its branch is the result, nothing is put together.
  ColumnRef evaluate_one(EvalContext& context, const RecordBatch& batch, Rows rows) const {
    const BoundExpression* value = otherwise_.get();
    for (const Branch& branch : branches_) {
      const ColumnRef condition = branch.condition->evaluate(context, batch, rows);
      if (condition->is_null(rows[0]) || condition->at<std::uint8_t>(rows[0]) == 0) continue;
      value = branch.value.get();
      break;
    }
    if (value == nullptr) return null_column(context.pool, type());
    return of_type(context, type(), value->evaluate(context, batch, rows), rows);
  }

  const std::vector<Branch> branches_;
  const BoundExpressionPtr otherwise_;
};

class CoalesceExpression final : public BoundExpression {
 public:
  CoalesceExpression(DataType type, bool nullable, std::vector<BoundExpressionPtr> children)
      : BoundExpression(std::move(type), nullable), children_(std::move(children)) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    ColumnRef first = children_[0]->evaluate(context, batch, rows);
    if (!first->has_nulls() && !first->type().is_null()) return first;
    BranchWriter writer(context, type(), rows);
    RowSplit split(context, rows.size());
    Rows open = rows;
    for (std::size_t i = 0; i < children_.size() && open.size() != 0; ++i) {
      const ColumnRef column = i == 0 ? first : children_[i]->evaluate(context, batch, open);
      const bool is_void = column->type().is_null();
      split.split(open, [&](std::uint32_t row) { return !is_void && !column->is_null(row); });
      writer.write(column, split.taken());
      open = split.left();
    }
    return writer.finish();
  }

 private:
  const std::vector<BoundExpressionPtr> children_;
};

bool is_better(Extreme extreme, const Column& a, const Column& best, std::uint32_t row) {
  const int order = compare_values(a, row, best, row);
  return extreme == Extreme::Greatest ? order > 0 : order < 0;
}

ColumnRef pick_extreme(Extreme extreme, EvalContext& context, const DataType& type,
                       const std::vector<ColumnRef>& columns, Rows rows) {
  std::vector<std::vector<std::uint32_t>> chosen(columns.size());
  rows.for_each([&](std::uint32_t row) {
    std::size_t best = columns.size();
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c]->is_null(row)) continue;
      if (best == columns.size() || is_better(extreme, *columns[c], *columns[best], row)) best = c;
    }
    if (best != columns.size()) chosen[best].push_back(row);
  });
  BranchWriter writer(context, type, rows);
  for (std::size_t c = 0; c < columns.size(); ++c)
    writer.write(columns[c],
                 Rows::listed(chosen[c].data(), static_cast<std::uint32_t>(chosen[c].size())));
  return writer.finish();
}

}  // namespace

BoundExpressionPtr make_case(DataType type, std::vector<Branch> branches,
                             BoundExpressionPtr otherwise) {
  const bool nullable =
      otherwise == nullptr || otherwise->nullable() ||
      std::any_of(branches.begin(), branches.end(),
                  [](const Branch& branch) { return branch.value->nullable(); });
  return std::make_shared<CaseExpression>(std::move(type), nullable, std::move(branches),
                                          std::move(otherwise));
}

BoundExpressionPtr make_coalesce(DataType type, std::vector<BoundExpressionPtr> children) {
  const bool nullable = std::all_of(children.begin(), children.end(),
                                    [](const auto& child) { return child->nullable(); });
  return std::make_shared<CoalesceExpression>(std::move(type), nullable, std::move(children));
}

BoundExpressionPtr make_extreme(Extreme extreme, DataType type,
                                std::vector<BoundExpressionPtr> children) {
  const bool nullable = std::all_of(children.begin(), children.end(),
                                    [](const auto& child) { return child->nullable(); });
  return make_many(
      std::move(type), nullable, std::move(children),
      [extreme](EvalContext& context, const DataType& result, const std::vector<ColumnRef>& columns,
                Rows rows) { return pick_extreme(extreme, context, result, columns, rows); },
      Cost::Costly);
}

}  // namespace millrace::kernels
