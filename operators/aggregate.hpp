#pragma once

#include "expressions/binder.hpp"
#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct AggregateOptions {
  /// Grouping keys, bound to the input batch; none: one group that always exists.
  std::vector<BoundExpressionPtr> keys;
  std::vector<BoundAggregate> aggregates;
  /// The keys, then the aggregates.
  SchemaPtr output;
  /// Index in `keys` of a watermarked timestamp, or of a window of it (struct with start and end);
  /// -1 when there is none: no group is ever late, final or removed.
  int event_time_key = -1;
  EmitPolicy policy;
  OnError on_error = OnError::Fail;
};

/// Groups rows by key in a hash table. Append gives a group once, when its event time (end of
/// window) is at or before the watermark, and forgets it; update gives each touched group and
/// forgets what the watermark passed; complete gives all and forgets nothing. Late rows are
/// dropped, except in complete mode. In micro-batch mode rows are judged by the watermark before
/// the last marker (Spark's rule of two watermarks).
std::unique_ptr<Operator> make_aggregate(AggregateOptions options);

}  // namespace millrace
