#pragma once

#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct DeduplicateOptions {
  /// Columns that make two rows duplicates.
  std::vector<int> keys;
  std::vector<DataType> key_types;
  /// The input's event-time column (timestamp or window), -1 when there is none. Late rows are
  /// dropped by it even where it is no key.
  int event_time = -1;
  /// It is one of the keys: a key is forgotten when the watermark reaches it. Else keys stay for
  /// ever.
  bool event_time_is_key = false;
  /// dropDuplicatesWithinWatermark: a key is forgotten when the watermark reaches its first row's
  /// time plus `delay_micros`. Requires: event_time >= 0.
  bool within_watermark = false;
  std::int64_t delay_micros = 0;
  EmitPolicy policy;
};

/// Keeps the first row of each key, at once. Keys are forgotten only when an epoch ends
/// (micro-batch) or when the watermark arrives (continuous), so that no result depends on the order
/// of rows between.
std::unique_ptr<Operator> make_deduplicate(DeduplicateOptions options);

}  // namespace millrace
