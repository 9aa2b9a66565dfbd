#pragma once

#include "records/event.hpp"
#include "records/value.hpp"

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace millrace {

/// The table that a memory sink fills, in this process. Holds copies of the rows, so nothing else
/// is kept alive by it. Safe to call from any thread; a reader sees whole epochs only.
class MemoryTable {
 public:
  explicit MemoryTable(SchemaPtr schema);

  const SchemaPtr& schema() const { return schema_; }
  std::size_t num_rows() const;
  std::vector<std::vector<Value>> rows() const;
  /// All rows as batches that stay as they are whatever comes later.
  std::vector<RecordBatch> snapshot() const;

  // For the sink.

  /// A copy of the rows of `batch` that say what is now, not yet part of the table.
  RecordBatch copy(const RecordBatch& batch);
  void append(std::vector<RecordBatch> batches);
  /// Takes the place of the rows of earlier epochs, and stands beside rows of the same epoch.
  void replace(Epoch epoch, std::vector<RecordBatch> batches);

 private:
  void add(std::vector<RecordBatch> batches);
  void merge_small_batches();

  const SchemaPtr schema_;
  // Readers come from threads that take no part in the job: a channel would not do.
  mutable std::mutex mutex_;  // guards what follows
  RecordPool::Owner pool_;
  std::vector<RecordBatch> batches_;
  std::size_t num_rows_ = 0;
  std::size_t num_small_at_end_ = 0;
  Epoch replaced_by_{-1};
};

// The tables of this process by name (case does not count). Safe to call from any thread.

/// Makes the table known; one of the same name is forgotten.
void publish_memory_table(std::string_view name, std::shared_ptr<MemoryTable> table);
/// Null when there is none.
std::shared_ptr<MemoryTable> find_memory_table(std::string_view name);
void withdraw_memory_table(std::string_view name);

}  // namespace millrace
