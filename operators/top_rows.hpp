#pragma once

#include "operators/operator.hpp"
#include "operators/sort.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct TopRowsOptions {
  /// PARTITION BY, bound to the input batch; none: one group of all rows.
  std::vector<BoundExpressionPtr> keys;
  /// What decides the rank; of equal rows the earlier one stands first.
  std::vector<SortColumn> order;
  std::int64_t count = 1;
  /// The input's columns, then the rank (int, from 1).
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// `row_number() OVER (PARTITION BY keys ORDER BY order) <= count`: the first rows of each key,
/// kept for ever. After each batch it gives every place whose row is another one now, so that key
/// and rank name one row of the result: an update stream. A row that was pushed out of the last
/// place is replaced by that place's new row; places are never emptied.
std::unique_ptr<Operator> make_top_rows(TopRowsOptions options);

}  // namespace millrace
