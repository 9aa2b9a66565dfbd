#pragma once

#include <vector>

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

/// Puts a column together from several, each giving some of the rows (CASE, COALESCE). Rows that
/// nobody wrote are NULL.
class BranchWriter {
 public:
  BranchWriter(EvalContext& context, const DataType& type, Rows rows);

  /// Row `row` of the result is row `row` of `column`, for each of `rows`.
  void write(const ColumnRef& column, Rows rows);
  ColumnRef finish();

 private:
  ColumnRef finish_nested();

  EvalContext& context_;
  const std::uint32_t num_rows_;
  ColumnRef out_;
  // Bit i: row i was written.
  std::vector<std::uint64_t> written_;
  // For nested types, whose elements lie in many columns: the source of each row, plus one.
  std::vector<std::uint32_t> source_of_;
  std::vector<ColumnRef> sources_;
};

}  // namespace millrace::kernels
