#pragma once

#include "checkpoint/state_table.hpp"
#include "operators/operator.hpp"
#include "records/key_encoding.hpp"

#include <string_view>
#include <vector>

namespace millrace {

/// The state of an operator that keeps one value for each key: evaluates the keys of a batch, finds
/// the value of each row, and tells checkpoint and counters what changed. Without key expressions all
/// rows have one key. Not thread-safe.
class KeyStates {
 public:
  /// `keys` is borrowed.
  KeyStates(const std::vector<BoundExpressionPtr>& keys, StateLayout layout);

  /// Declares the values under `name`.
  void open(OperatorContext& context, std::string_view name);
  /// Evaluates the keys of the batch. Rows that fail are left in the context's errors.
  void evaluate(const RecordBatch& batch);
  /// Finds the value of each row of the batch last evaluated, rows in their order; of a new key it is
  /// zeros.
  void find(const RecordBatch& batch);
  const std::vector<std::byte*>& found() const { return found_; }
  /// All values that were found have changed, by as many rows.
  void found_changed();
  /// Tells the counters how many keys there are.
  void count_keys();
  /// Tells the counters, at a marker, what happened since the last one. `more_bytes`: memory of the
  /// operator's own beside the values.
  void end_epoch(std::size_t more_bytes = 0);

  StateTable& table() { return table_; }
  /// Counts changes that `found_changed` does not know of.
  void count_updated(std::size_t rows) { updated_ += static_cast<std::int64_t>(rows); }
  /// Forgets a key.
  void erase(std::byte* value);

 private:
  // Fixed after open.
  const std::vector<BoundExpressionPtr>& keys_;
  OperatorContext* context_ = nullptr;

  KeyEncoder encoder_;
  StateTable table_;

  // Since the last marker.
  std::int64_t updated_ = 0;
  std::int64_t removed_ = 0;

  // Of one batch.
  std::vector<ColumnRef> columns_;
  std::vector<std::byte*> found_;
};

}  // namespace millrace
