#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/lambda.hpp"
#include "expressions/kernels/gather.hpp"

namespace millrace {

namespace {

/// Sorts the elements of one list by comparisons that are answered from outside, one at a time: the steps of Java's
/// sort for short arrays, so that a comparison that contradicts itself gives Spark's order.
class ListSort {
 public:
  ListSort(std::uint32_t row, ListSlot slot) : row_(row), order_(slot.size) {
    std::iota(order_.begin(), order_.end(), slot.offset);
    if (order_.size() < 2) sorted_ = order_.size();
  }

  std::uint32_t row() const { return row_; }
  bool is_done() const { return sorted_ == order_.size(); }
  /// The elements in their order, as places in the list's children.
  const std::vector<std::uint32_t>& order() const { return order_; }

  /// The pair to compare. Requires: not done.
  std::uint32_t left() const { return sorted_ == 0 ? order_[run_] : order_[sorted_]; }
  std::uint32_t right() const { return sorted_ == 0 ? order_[run_ - 1] : order_[middle()]; }
  void answer(std::int32_t sign) {
    if (sorted_ == 0) extend_run(sign < 0);
    else narrow(sign < 0);
  }

 private:
  std::size_t middle() const { return (low_ + high_) / 2; }

  /// The elements that are in order, or in the opposite one, from the start on.
  void extend_run(bool descends) {
    if (run_ == 1) descending_ = descends;
    if (descends == descending_ && ++run_ < order_.size()) return;
    if (descending_) std::reverse(order_.begin(), at(run_));
    start_insertion(run_);
  }

  /// The place of the next element by halves.
  void narrow(bool is_before) {
    (is_before ? high_ : low_) = is_before ? middle() : middle() + 1;
    if (low_ < high_) return;
    std::rotate(at(low_), at(sorted_), at(sorted_ + 1));
    start_insertion(sorted_ + 1);
  }

  void start_insertion(std::size_t sorted) {
    sorted_ = high_ = sorted;
    low_ = 0;
  }

  std::vector<std::uint32_t>::iterator at(std::size_t i) {
    return order_.begin() + static_cast<std::ptrdiff_t>(i);
  }

  std::uint32_t row_;
  std::vector<std::uint32_t> order_;
  std::size_t sorted_ = 0;  // 0 while the run is measured
  std::size_t run_ = 1;
  bool descending_ = false;
  std::size_t low_ = 0, high_ = 0;
};

Error comparison_is_null() {
  return row_error("COMPARATOR_RETURNS_NULL", "22015",
                   "The comparator has returned a NULL for a comparison between two elements. It should return a "
                   "positive integer for \"greater than\", 0 for \"equal\" and a negative integer for \"less than\".");
}

class SortBy {
 public:
  SortBy(BoundExpressionPtr array, BoundLambda comparison)
      : array_(std::move(array)), comparison_(std::move(comparison)) {}

  ColumnRef operator()(EvalContext& context, const RecordBatch& batch, Rows rows) const {
    const ColumnRef lists = array_->evaluate(context, batch, rows);
    std::vector<ListSort> sorts;
    rows.for_each([&](std::uint32_t row) {
      if (!lists->is_null(row)) sorts.emplace_back(row, lists->at<ListSlot>(row));
    });
    std::vector<bool> failed(rows.end());
    while (compare_next(context, batch, lists->child(0), sorts, failed)) {
    }
    return write(context, *lists, rows, sorts, failed);
  }

 private:
  /// One comparison for each list that is not sorted yet; false when all are.
  bool compare_next(EvalContext& context, const RecordBatch& batch, const ColumnRef& elements,
                    std::vector<ListSort>& sorts, std::vector<bool>& failed) const {
    std::vector<ListSort*> asking;
    std::vector<std::uint32_t> left, right, outer_rows;
    for (ListSort& sort : sorts) {
      if (sort.is_done() || failed[sort.row()]) continue;
      asking.push_back(&sort);
      left.push_back(sort.left());
      right.push_back(sort.right());
      outer_rows.push_back(sort.row());
    }
    if (asking.empty()) return false;
    const std::size_t num_errors = context.errors.size();
    const ColumnRef signs = comparison_.evaluate(
        context, batch,
        {kernels::gather(context.pool, elements, left), kernels::gather(context.pool, elements, right)}, outer_rows);
    for (std::size_t e = num_errors; e < context.errors.size(); ++e) failed[context.errors[e].row] = true;
    for (std::size_t i = 0; i < asking.size(); ++i) {
      const std::uint32_t row = asking[i]->row();
      if (!signs->is_null(i)) {
        asking[i]->answer(signs->at<std::int32_t>(i));
      } else if (!failed[row]) {
        failed[row] = true;
        context.fail(row, comparison_is_null());
      }
    }
    return true;
  }

  ColumnRef write(EvalContext& context, const Column& lists, Rows rows, const std::vector<ListSort>& sorts,
                  const std::vector<bool>& failed) const {
    ColumnRef out = context.pool.make_column(array_->type());
    out->resize(rows.end());
    auto sort = sorts.begin();
    rows.for_each([&](std::uint32_t row) {
      const ListWriter list(*out, row);
      if (lists.is_null(row)) return out->set_null(row);
      if (failed[row]) out->set_null(row);
      else
        for (const std::uint32_t i : sort->order()) out->child(0)->append_from(*lists.child(0), i);
      ++sort;
    });
    return out;
  }

  BoundExpressionPtr array_;
  BoundLambda comparison_;
};

}  // namespace

Result<BoundExpressionPtr> bind_array_sort(const FunctionCall& call) {
  if (call.syntax.size() != 2) return bind_natural_array_sort(call);
  if (!is_kind(call, 0, TypeKind::Array)) return unexpected_input_type(call, 0, "\"ARRAY\"");
  const BoundExpressionPtr& array = call.arguments[0];
  const Field element{"x", array->type().element(), array->type().fields()[0].nullable};
  Result<BoundLambda> comparison = BoundLambda::make(call, 1, {element, element}, 2);
  if (!comparison) return comparison.error();
  const DataType& type = comparison->body().type();
  if (type.kind() != TypeKind::Int)
    return type_mismatch(call, "UNEXPECTED_RETURN_TYPE",
                         fmt::format("The `array_sort` requires return \"INT\" type, but the actual is \"{}\" type",
                                     type.to_sql()));
  return make_batch_call(array->type(), array->nullable(), SortBy(array, std::move(*comparison)));
}

}  // namespace millrace
