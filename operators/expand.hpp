#pragma once

#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct ExpandOptions {
  /// Each gives one output row for an input row (grouping sets); all have the output's types.
  std::vector<std::vector<BoundExpressionPtr>> projections;
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// Several rows for one: a batch for each projection, in their order.
std::unique_ptr<Operator> make_expand(ExpandOptions options);

}  // namespace millrace
