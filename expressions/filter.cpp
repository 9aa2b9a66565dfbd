#include "expressions/filter.hpp"

#include "expressions/kernels/logic.hpp"

namespace millrace {

namespace {

// No branch on the data: every row is written, the end moves on if it is kept.

template <class Keep>
std::uint32_t keep_of_all(std::uint32_t* __restrict kept, std::uint32_t n, Keep keep) {
  std::uint32_t num_kept = 0;
  for (std::uint32_t row = 0; row < n; ++row) {
    kept[num_kept] = row;
    num_kept += keep(row);
  }
  return num_kept;
}

template <class Keep>
std::uint32_t keep_of_listed(std::uint32_t* rows, std::uint32_t n, Keep keep) {
  std::uint32_t num_kept = 0;
  for (std::uint32_t k = 0; k < n; ++k) {
    const std::uint32_t row = rows[k];
    rows[num_kept] = row;
    num_kept += keep(row);
  }
  return num_kept;
}

/// Keeps rows whose `keep(row)` is 1.
template <class Keep>
void narrow(RecordBatch& batch, Rows rows, Keep keep) {
  const std::uint32_t n = rows.size();
  const bool was_dense = rows.is_dense();
  std::vector<std::uint32_t>& selection = batch.start_selection();
  if (was_dense) selection.resize(n);
  selection.resize(was_dense ? keep_of_all(selection.data(), n, keep)
                             : keep_of_listed(selection.data(), n, keep));
}

void keep_true(RecordBatch& batch, Rows rows, const Column& truth) {
  const std::uint8_t* values = truth.values<std::uint8_t>();
  if (truth.is_constant()) {
    if (truth.is_null(0) || values[0] == 0) batch.start_selection().clear();
    return;
  }
  if (!truth.has_nulls())
    return narrow(batch, rows, [values](std::uint32_t row) { return values[row]; });
  const std::uint64_t* valid = truth.validity_words();
  narrow(batch, rows, [values, valid](std::uint32_t row) {
    return static_cast<std::uint32_t>(valid[row >> 6] >> (row & 63)) & values[row] & 1u;
  });
}

}  // namespace

void select(const BoundExpression& condition, EvalContext& context, RecordBatch& batch) {
  const auto* terms = dynamic_cast<const kernels::ConnectiveExpression*>(&condition);
  if (terms != nullptr && terms->connective() == kernels::Connective::And) {
    for (const BoundExpressionPtr& term : terms->terms())
      if (batch.num_rows() != 0) select(*term, context, batch);
    return;
  }
  const Rows rows = batch.rows();
  const ColumnRef truth = condition.evaluate(context, batch, rows);
  if (truth->type().is_null()) batch.start_selection().clear();
  else keep_true(batch, rows, *truth);
}

}  // namespace millrace
