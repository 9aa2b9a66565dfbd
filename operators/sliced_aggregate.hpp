#pragma once

#include "operators/aggregate.hpp"

#include <cstdint>
#include <memory>

namespace millrace {

struct SlicedAggregateOptions {
  /// `keys[event_time_key]` is the window: it is never evaluated. Everything else is bound to the input of
  /// this operator, which has no window column. Aggregates do not depend on the order of the rows.
  AggregateOptions aggregate;
  /// Timestamp; rows where it is NULL fall in no window.
  BoundExpressionPtr time;
  /// Microseconds; 0 < slide <= size, |start| < slide.
  std::int64_t size = 0;
  std::int64_t slide = 0;
  std::int64_t start = 0;
};

/// Aggregation over sliding windows in append mode. A row is added to one slice of its key, whatever the
/// number of windows that it lies in; a window is put together from its slices when the watermark reaches
/// its end. Gives what assign_window and aggregate give.
std::unique_ptr<Operator> make_sliced_aggregate(SlicedAggregateOptions options);

}  // namespace millrace
