#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "records/record_batch.hpp"
#include "records/result.hpp"

namespace millrace {

/// One row that could not be evaluated (ANSI errors, FAILFAST).
struct RowError {
  std::uint32_t row;
  Error error;
};

/// What an evaluation may use besides its input. One for each subtask; not thread-safe.
struct EvalContext {
  RecordPool& pool;
  /// current_timestamp(): constant within an epoch, microseconds since 1970 UTC.
  std::int64_t now_micros = 0;
  /// Rows that failed in the call at hand; the row's value is NULL then. The operator that called
  /// decides by its `onError` policy and clears the list. A row may be listed more than once.
  std::vector<RowError> errors;

  void fail(std::uint32_t row, Error error) { errors.push_back({row, std::move(error)}); }
};

/// An expression bound to the columns of its input: types are known, names are indices. Immutable,
/// so that subtasks may share it; scratch memory comes from the context's pool.
class BoundExpression {
 public:
  BoundExpression(DataType type, bool nullable) : type_(std::move(type)), nullable_(nullable) {}
  virtual ~BoundExpression() = default;
  BoundExpression(const BoundExpression&) = delete;
  BoundExpression& operator=(const BoundExpression&) = delete;

  const DataType& type() const { return type_; }
  bool nullable() const { return nullable_; }

  /// Values for `rows` of `batch`, at the same row numbers (the column has at least rows.end() rows;
  /// other rows are undefined), or one constant column. May share a column of the batch.
  virtual ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const = 0;

  /// True when the value does not depend on the input row (literals and what folds from them).
  virtual bool is_constant() const { return false; }
  /// True when evaluating rows that nobody asked for can neither fail nor cost much, so that a
  /// caller (AND, CASE) need not single out the rows it wants.
  virtual bool is_cheap() const { return false; }
  /// Index of the input column when this is nothing but a column, else -1.
  virtual int column_index() const { return -1; }

 private:
  DataType type_;
  bool nullable_;
};

using BoundExpressionPtr = std::shared_ptr<const BoundExpression>;

/// Copies a constant column to `rows` rows, so that it may stand in a batch; others pass through.
ColumnRef flatten(RecordPool& pool, ColumnRef column, std::uint32_t rows);

}  // namespace millrace
