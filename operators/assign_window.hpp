#pragma once

#include "operators/operator.hpp"

#include <memory>

namespace millrace {

struct AssignWindowOptions {
  /// Timestamp, bound to the input batch; rows where it is NULL fall in no window.
  BoundExpressionPtr time;
  /// Microseconds; 0 < slide <= size, |start| < slide.
  std::int64_t size = 0;
  std::int64_t slide = 0;
  std::int64_t start = 0;
  /// The input's columns, then struct<start: timestamp, end: timestamp>.
  SchemaPtr output;
  OnError on_error = OnError::Fail;
};

/// Adds a window column: one row for each window that a row lies in, the latest window first.
/// Windows are aligned to 1970-01-01T00:00:00Z plus `start`; they hold their start and not their
/// end. Tumbling windows share all columns; only sliding ones repeat rows.
std::unique_ptr<Operator> make_assign_window(AssignWindowOptions options);

}  // namespace millrace
