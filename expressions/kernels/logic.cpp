#include "expressions/kernels/logic.hpp"

#include <algorithm>
#include <cstring>

#include "expressions/kernels/column_loops.hpp"
#include "expressions/kernels/kernel_expression.hpp"

namespace millrace::kernels {

namespace {

bool any_nullable(const std::vector<BoundExpressionPtr>& terms) {
  return std::any_of(terms.begin(), terms.end(), [](const auto& term) { return term->nullable(); });
}

// A truth value as a byte: 0 false, 1 NULL, 2 true. AND is then the least, OR the greatest.
constexpr std::uint8_t kUnknown = 1;
constexpr std::uint8_t kTrue = 2;

std::uint8_t truth(const Column& column, std::uint32_t row) {
  return column.is_null(row) ? kUnknown : static_cast<std::uint8_t>(column.at<std::uint8_t>(row) * 2);
}

void add_terms(Connective connective, BoundExpressionPtr term,
               std::vector<BoundExpressionPtr>& terms) {
  const auto* same = dynamic_cast<const ConnectiveExpression*>(term.get());
  if (same == nullptr || same->connective() != connective) return terms.push_back(std::move(term));
  terms.insert(terms.end(), same->terms().begin(), same->terms().end());
}

void combine_truths(Connective connective, const Column& column, Rows rows, std::uint8_t* values) {
  rows.for_each([&](std::uint32_t row) {
    const std::uint8_t value = truth(column, row);
    values[row] = connective == Connective::And ? std::min(values[row], value)
                                                : std::max(values[row], value);
  });
}

/// Same for 0 and 1 when no column has NULLs.
void combine_bits(Connective connective, const Column& column, Rows rows, std::uint8_t* values) {
  const std::uint8_t* bits = column.values<std::uint8_t>();
  const std::uint32_t mask = column.index_mask();
  if (connective == Connective::And)
    rows.for_each([&](std::uint32_t row) { values[row] &= bits[row & mask]; });
  else
    rows.for_each([&](std::uint32_t row) { values[row] |= bits[row & mask]; });
}

/// Truth values become the column's values and NULLs.
void settle(Column& out, Rows rows) {
  std::uint8_t* values = out.mutable_values<std::uint8_t>();
  std::uint8_t any_unknown = 0;
  rows.for_each([&](std::uint32_t row) { any_unknown |= values[row] & kUnknown; });
  if (any_unknown)
    rows.for_each([&](std::uint32_t row) {
      if (values[row] == kUnknown) out.set_null(row);
    });
  rows.for_each([&](std::uint32_t row) { values[row] >>= 1; });
}

}  // namespace

ConnectiveExpression::ConnectiveExpression(Connective connective,
                                           std::vector<BoundExpressionPtr> terms)
    : BoundExpression(TypeKind::Boolean, any_nullable(terms)),
      connective_(connective),
      terms_(std::move(terms)),
      cheap_(std::all_of(terms_.begin(), terms_.end(),
                         [](const auto& term) { return term->is_cheap(); })) {}

ColumnRef ConnectiveExpression::evaluate(EvalContext& context, const RecordBatch& batch,
                                         Rows rows) const {
  return cheap_ ? combine_cheap(context, batch, rows) : combine_open(context, batch, rows);
}

/// All terms on all rows, a byte-wise loop for each; no NULLs is the common case.
ColumnRef ConnectiveExpression::combine_cheap(EvalContext& context, const RecordBatch& batch,
                                              Rows rows) const {
  std::vector<ColumnRef> columns;
  columns.reserve(terms_.size());
  bool nulls = false;
  for (const BoundExpressionPtr& term : terms_) {
    columns.push_back(term->evaluate(context, batch, rows));
    nulls = nulls || columns.back()->has_nulls();
  }
  ColumnRef out = context.pool.make_column(type());
  out->resize(rows.end());
  std::uint8_t* values = out->mutable_values<std::uint8_t>();
  std::memset(values, connective_ == Connective::And ? (nulls ? kTrue : 1) : 0, rows.end());
  for (const ColumnRef& column : columns) {
    if (nulls) combine_truths(connective_, *column, rows, values);
    else combine_bits(connective_, *column, rows, values);
  }
  if (nulls) settle(*out, rows);
  return out;
}

/// Each term on the rows that are still open: not false for AND, not true for OR.
ColumnRef ConnectiveExpression::combine_open(EvalContext& context, const RecordBatch& batch,
                                             Rows rows) const {
  const std::uint8_t decided = connective_ == Connective::And ? 0 : kTrue;
  ColumnRef out = context.pool.make_column(type());
  out->resize(rows.end());
  std::uint8_t* values = out->mutable_values<std::uint8_t>();
  std::memset(values, connective_ == Connective::And ? kTrue : 0, rows.end());
  ColumnRef open_rows = context.pool.make_column(TypeKind::Int);  // pooled scratch memory
  open_rows->resize(rows.size());
  std::uint32_t* open = open_rows->mutable_values<std::uint32_t>();
  Rows remaining = rows;
  for (const BoundExpressionPtr& term : terms_) {
    const ColumnRef column = term->evaluate(context, batch, remaining);
    std::uint32_t num_open = 0;
    remaining.for_each([&](std::uint32_t row) {
      const std::uint8_t value = truth(*column, row);
      const std::uint8_t before = values[row];
      values[row] = connective_ == Connective::And ? std::min(before, value)
                                                   : std::max(before, value);
      open[num_open] = row;
      num_open += values[row] != decided;
    });
    if (num_open == 0) break;
    if (num_open != remaining.size()) remaining = Rows::listed(open, num_open);
  }
  settle(*out, rows);
  return out;
}

BoundExpressionPtr make_connective(Connective connective, BoundExpressionPtr left,
                                   BoundExpressionPtr right) {
  std::vector<BoundExpressionPtr> terms;
  add_terms(connective, std::move(left), terms);
  add_terms(connective, std::move(right), terms);
  return std::make_shared<ConnectiveExpression>(connective, std::move(terms));
}

BoundExpressionPtr make_not(BoundExpressionPtr child) {
  const bool nullable = child->nullable();
  return make_unary(
      TypeKind::Boolean, nullable, std::move(child),
      [](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
        ColumnRef out = start_result(context, type, rows, *in);
        map_rows<std::uint8_t, std::uint8_t>(
            *in, rows, *out, [](std::uint8_t a) -> std::uint8_t { return a ^ 1; });
        return out;
      },
      Cost::Cheap);
}

BoundExpressionPtr make_null_test(BoundExpressionPtr child, NullTest test) {
  return make_unary(
      TypeKind::Boolean, false, std::move(child),
      [test](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
        ColumnRef out = context.pool.make_column(type);
        out->resize(rows.end());
        std::uint8_t* values = out->mutable_values<std::uint8_t>();
        const bool wanted = test == NullTest::IsNull;
        if (!in->has_nulls() && !in->type().is_null()) {
          std::memset(values, !wanted, rows.end());
          return out;
        }
        rows.for_each([&](std::uint32_t row) {
          values[row] = (in->type().is_null() || in->is_null(row)) == wanted;
        });
        return out;
      },
      Cost::Cheap);
}

}  // namespace millrace::kernels
