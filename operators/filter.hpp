#pragma once

#include "operators/operator.hpp"

#include <memory>

namespace millrace {

struct FilterOptions {
  /// Boolean, bound to the input batch.
  BoundExpressionPtr condition;
  OnError on_error = OnError::Fail;
};

/// Keeps the rows for which the condition is true (neither false nor NULL). Narrows the selection
/// and copies nothing; a batch without rows is not passed on.
std::unique_ptr<Operator> make_filter(FilterOptions options);

}  // namespace millrace
