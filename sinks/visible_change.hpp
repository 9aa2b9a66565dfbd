#pragma once

#include "records/record_batch.hpp"

namespace millrace {

/// True when a row of a changelog says what is now, false for what was before (its row is not
/// written).
inline bool is_visible(const RecordBatch& batch, std::size_t row) {
  if (!batch.changes()) return true;
  const auto change = static_cast<Change>(batch.changes()->at<std::int8_t>(row));
  return change == Change::Insert || change == Change::UpdateAfter;
}

/// Calls f(row) for every selected row that is to be written.
template <class F>
void for_each_visible(const RecordBatch& batch, F&& f) {
  batch.rows().for_each([&](std::uint32_t row) {
    if (is_visible(batch, row)) f(row);
  });
}

}  // namespace millrace
