#pragma once

#include "operators/operator.hpp"
#include "records/sort_key.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct SortColumn {
  /// Bound to the input batch.
  BoundExpressionPtr expression;
  SortDirection direction;
};

struct SortOptions {
  std::vector<SortColumn> columns;
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// Keeps the rows of an epoch and gives them in order at the marker (complete mode, after an
/// aggregation), or at the end of a bounded input. Rows with equal keys keep their order.
std::unique_ptr<Operator> make_sort(SortOptions options);

}  // namespace millrace
