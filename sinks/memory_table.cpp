#include "sinks/memory_table.hpp"

#include "records/option_value.hpp"
#include "sinks/visible_change.hpp"

#include <map>
#include <string>

namespace millrace {

namespace {

constexpr std::size_t kSmallBatchRows = 1024;
constexpr std::size_t kMaxSmallBatches = 64;

void append_row(RecordBatch& to, const RecordBatch& from, std::size_t row) {
  for (std::size_t c = 0; c < from.num_columns(); ++c)
    to.columns()[c]->append_from(from.column(c), row);
  to.set_num_physical_rows(to.num_physical_rows() + 1);
}

struct TableRegistry {
  std::mutex mutex;  // guards `tables`
  std::map<std::string, std::shared_ptr<MemoryTable>> tables;
};

TableRegistry& registry() {
  static TableRegistry instance;
  return instance;
}

}  // namespace

MemoryTable::MemoryTable(SchemaPtr schema)
    : schema_(std::move(schema)), pool_(RecordPool::create()) {}

std::size_t MemoryTable::num_rows() const {
  const std::lock_guard lock(mutex_);
  return num_rows_;
}

std::vector<std::vector<Value>> MemoryTable::rows() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::vector<Value>> rows;
  rows.reserve(num_rows_);
  for (const RecordBatch& batch : batches_) {
    for (std::uint32_t r = 0; r < batch.num_physical_rows(); ++r) {
      std::vector<Value>& row = rows.emplace_back();
      for (std::size_t c = 0; c < batch.num_columns(); ++c)
        row.push_back(value_at(batch.column(c), r));
    }
  }
  return rows;
}

std::vector<RecordBatch> MemoryTable::snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<RecordBatch> shared;
  shared.reserve(batches_.size());
  for (const RecordBatch& batch : batches_) shared.push_back(pool_->share(batch));
  return shared;
}

RecordBatch MemoryTable::copy(const RecordBatch& batch) {
  const std::lock_guard lock(mutex_);
  RecordBatch copied = pool_->make_batch(schema_);
  for_each_visible(batch, [&](std::uint32_t row) { append_row(copied, batch, row); });
  return copied;
}

void MemoryTable::append(std::vector<RecordBatch> batches) {
  const std::lock_guard lock(mutex_);
  add(std::move(batches));
}

void MemoryTable::replace(Epoch epoch, std::vector<RecordBatch> batches) {
  const std::lock_guard lock(mutex_);
  if (epoch > replaced_by_) {
    batches_.clear();
    num_rows_ = num_small_at_end_ = 0;
    replaced_by_ = epoch;
  }
  add(std::move(batches));
}

void MemoryTable::add(std::vector<RecordBatch> batches) {
  for (RecordBatch& batch : batches) {
    const std::size_t rows = batch.num_physical_rows();
    if (rows == 0) continue;
    num_rows_ += rows;
    num_small_at_end_ = rows < kSmallBatchRows ? num_small_at_end_ + 1 : 0;
    batches_.push_back(std::move(batch));
    if (num_small_at_end_ == kMaxSmallBatches) merge_small_batches();
  }
}

/// Epochs of a few rows would cost more memory for their batches than for their rows.
void MemoryTable::merge_small_batches() {
  const std::size_t first = batches_.size() - num_small_at_end_;
  RecordBatch merged = pool_->make_batch(schema_);
  for (std::size_t b = first; b < batches_.size(); ++b)
    for (std::uint32_t row = 0; row < batches_[b].num_physical_rows(); ++row)
      append_row(merged, batches_[b], row);
  batches_.erase(batches_.begin() + static_cast<std::ptrdiff_t>(first), batches_.end());
  num_small_at_end_ = merged.num_physical_rows() < kSmallBatchRows ? 1 : 0;
  batches_.push_back(std::move(merged));
}

void publish_memory_table(std::string_view name, std::shared_ptr<MemoryTable> table) {
  TableRegistry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.tables[lower_trimmed(name)] = std::move(table);
}

std::shared_ptr<MemoryTable> find_memory_table(std::string_view name) {
  TableRegistry& all = registry();
  const std::lock_guard lock(all.mutex);
  const auto found = all.tables.find(lower_trimmed(name));
  return found == all.tables.end() ? nullptr : found->second;
}

void withdraw_memory_table(std::string_view name) {
  TableRegistry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.tables.erase(lower_trimmed(name));
}

}  // namespace millrace
