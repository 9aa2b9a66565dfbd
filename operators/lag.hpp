#pragma once

#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct LagCall {
  BoundExpressionPtr value;
  /// How many rows of the key before the current one; at least 1.
  std::uint32_t offset = 1;
  /// What the first rows of a key get, of the type of `value`; empty: NULL.
  BoundExpressionPtr otherwise;
};

struct LagOptions {
  /// PARTITION BY, bound to the input batch; none: one group of all rows.
  std::vector<BoundExpressionPtr> keys;
  /// At most 16.
  std::vector<LagCall> calls;
  /// The input's columns, then the calls.
  SchemaPtr output;
  /// Input column with the watermarked event time, or -1: no row is ever late.
  int event_time = -1;
  EmitPolicy policy;
  OnError on_error = OnError::Fail;
};

/// `lag(value, offset, otherwise) OVER (PARTITION BY keys ORDER BY time)`: one output row for each
/// input row, at once, with the value of an earlier row of its key in the order of arrival. Keeps
/// the last values of each key for ever. Rows behind the watermark are dropped.
std::unique_ptr<Operator> make_lag(LagOptions options);

}  // namespace millrace
