#pragma once

#include "operators/operator.hpp"

#include <memory>

namespace millrace {

struct AssignSessionOptions {
  /// Timestamps bound to the input batch: when the row's session begins, and when it ends if no
  /// other row prolongs it.
  BoundExpressionPtr start;
  BoundExpressionPtr end;
  /// The input's columns, then struct<start: timestamp, end: timestamp>.
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// Adds the session that each row would have alone. Rows without start or end, or with an end that
/// is not after the start (a gap that is not positive), are dropped, as Spark drops them.
std::unique_ptr<Operator> make_assign_session(AssignSessionOptions options);

}  // namespace millrace
