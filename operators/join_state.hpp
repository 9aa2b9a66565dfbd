#pragma once

#include "checkpoint/state_table.hpp"
#include "checkpoint/timer_index.hpp"
#include "records/record_batch.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

/// The rows that one side of a join of two streams keeps, by key in the order in which they came,
/// and by the time at which they are given up. Not thread-safe.
class JoinState {
 public:
  struct Row {
    Row* next = nullptr;
    Row* previous = nullptr;
    std::byte* key = nullptr;
    std::uint32_t num_bytes = 0;
    bool is_matched = false;
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  };

  JoinState();
  ~JoinState();
  JoinState(const JoinState&) = delete;
  JoinState& operator=(const JoinState&) = delete;

  /// The first row of a key, or null; the others follow by `next`.
  Row* find(std::string_view key, std::uint64_t hash) const;
  /// Keeps a copy of row `row`; given up when `take_due` reaches `due`, or never.
  void add(std::string_view key, std::uint64_t hash, const RecordBatch& batch, std::uint32_t row,
           bool is_matched, std::optional<std::int64_t> due);
  /// A row due at or before `limit`, or null. It is out of its key; `drop` it when it was read.
  Row* take_due(std::int64_t limit);
  void drop(Row* row);

  /// Appends the values of a row to `columns`, one for each column of the batch it came from.
  static void decode(const Row& row, const ColumnRef* columns, std::size_t num_columns);

  std::size_t size() const { return size_; }
  std::size_t bytes_used() const { return keys_.bytes_used() + slab_bytes_ + large_bytes_; }

 private:
  struct Chain {
    Row* first;
    Row* last;
  };
  static constexpr std::size_t kGrain = 32;
  static constexpr std::size_t kNumSizes = 64;
  static constexpr std::size_t kSlabBytes = 64 * 1024;

  static Chain& chain_of(std::byte* key) { return *reinterpret_cast<Chain*>(key); }
  static std::size_t size_class(std::uint32_t num_bytes) {
    return (sizeof(Row) + num_bytes + kGrain - 1) / kGrain;
  }
  Row* claim(std::uint32_t num_bytes);
  void link(Row* row);
  void unlink(Row* row);

  StateTable keys_;
  TimerIndex timers_;
  std::size_t size_ = 0;
  // Memory of rows: free places by size, cut from slabs; larger rows have memory of their own.
  std::array<Row*, kNumSizes> free_{};
  std::vector<std::unique_ptr<std::byte[]>> slabs_;
  std::size_t slab_used_ = kSlabBytes;
  std::size_t slab_bytes_ = 0;
  std::size_t large_bytes_ = 0;
};

}  // namespace millrace
