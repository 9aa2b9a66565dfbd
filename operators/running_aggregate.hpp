#pragma once

#include "expressions/binder.hpp"
#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct RunningAggregateOptions {
  /// PARTITION BY, bound to the input batch; none: one group of all rows.
  std::vector<BoundExpressionPtr> keys;
  std::vector<BoundAggregate> calls;
  /// The input's columns, then the calls.
  SchemaPtr output;
  /// Input column with the watermarked event time, or -1: no row is ever late.
  int event_time = -1;
  EmitPolicy policy;
  OnError on_error = OnError::Fail;
};

/// `call OVER (PARTITION BY keys ORDER BY time)`: one output row for each input row, at once and in
/// the order of arrival, with the results over all rows of its key so far, itself included. Keeps
/// one state for each key for ever. Rows behind the watermark are dropped. An extension: Spark has
/// no OVER on streams.
std::unique_ptr<Operator> make_running_aggregate(RunningAggregateOptions options);

}  // namespace millrace
