#pragma once

#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct ProjectOptions {
  /// One for each output column, bound to the input batch.
  std::vector<BoundExpressionPtr> expressions;
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// Computes the columns of a select list. Columns that are only passed on are shared, never copied;
/// the selection stays.
std::unique_ptr<Operator> make_project(ProjectOptions options);

}  // namespace millrace
