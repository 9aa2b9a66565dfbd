#pragma once

#include "records/key_encoding.hpp"
#include "records/record_batch.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace {

/// The rows of a bounded side of a join, found by key. Rows of one key are chained in the order in
/// which they came. Filled first, then only read. Not thread-safe.
class JoinTable {
 public:
  static constexpr std::uint32_t kNoRow = ~std::uint32_t{0};

  /// Columns for rows of `schema`, from `pool`.
  void open(RecordPool& pool, const Schema& schema);

  /// Adds row `row` of the batch; it is not found by any key before `link`.
  std::uint32_t add(const RecordBatch& batch, std::uint32_t row);
  /// Lets `row` be found by `key`.
  void link(std::uint32_t row, std::string_view key, std::uint64_t hash);

  /// The first row of each key that `encoder` encoded last, kNoRow where there is none.
  void find(const KeyEncoder& encoder, std::vector<std::uint32_t>& first) const;
  /// The next row with the same key, or kNoRow.
  std::uint32_t next(std::uint32_t row) const { return next_[row]; }

  /// No key has two rows.
  bool is_unique() const { return is_unique_; }
  std::uint32_t num_rows() const { return static_cast<std::uint32_t>(next_.size()); }
  const std::vector<ColumnRef>& columns() const { return columns_; }

 private:
  struct Key {
    std::string_view bytes;
    std::uint64_t hash;
    std::uint32_t first;
    std::uint32_t last;
  };
  /// `key` is 1 + the number of a key, 0 free.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t key = 0;
  };

  std::size_t find_slot(std::string_view key, std::uint64_t hash) const;
  void grow();
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  std::vector<ColumnRef> columns_;
  std::vector<std::uint32_t> next_;
  std::vector<Key> keys_;
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::size_t mask_ = 63;
  Arena key_bytes_;
  bool is_unique_ = true;
};

}  // namespace millrace
