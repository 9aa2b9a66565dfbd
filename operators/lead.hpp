#pragma once

#include "operators/lag.hpp"

namespace millrace {

struct LeadOptions {
  /// PARTITION BY, bound to the input batch; none: one group of all rows.
  std::vector<BoundExpressionPtr> keys;
  /// At most 15. `otherwise` is constant: what the last rows of a bounded input get.
  std::vector<LagCall> calls;
  /// The input's columns, then the calls.
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// `lead(value, offset, otherwise) OVER (PARTITION BY keys ORDER BY time)`: a row waits until the
/// row that its value comes from has arrived, then it is given. Keeps the last rows of each key for
/// ever. Rows that were waiting may be behind the watermark when they are given.
std::unique_ptr<Operator> make_lead(LeadOptions options);

}  // namespace millrace
