#pragma once

#include "sources/source.hpp"

#include <cstdint>
#include <vector>

namespace millrace {

/// Batches that a source has but may not emit yet, in order. Not thread-safe.
class RowQueue {
 public:
  void push(RecordBatch batch);
  std::uint64_t num_rows() const { return num_rows_; }
  bool empty() const { return num_rows_ == 0; }
  /// Emits at most `max_rows` rows (a batch is shared, not copied, where it must be cut); returns
  /// how many.
  std::size_t emit(std::size_t max_rows, RecordPool& pool, SourceOutput& out);

 private:
  RecordBatch cut_front(std::uint32_t rows, RecordPool& pool);
  void pop_front();

  std::vector<RecordBatch> batches_;
  std::size_t front_ = 0;
  std::uint32_t front_row_ = 0;  // rows of the front batch that are gone
  std::uint64_t num_rows_ = 0;
};

}  // namespace millrace
