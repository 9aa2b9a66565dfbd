#pragma once

#include "checkpoint/state_map.hpp"
#include "records/record_batch.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace millrace {

/// The rows that one side of a join of two streams keeps, by key, and by the millisecond at which
/// they are given up. A row is an element of the map. Not thread-safe.
class JoinState {
 public:
  explicit JoinState(const Schema& schema);

  /// The rows of a key, those that are given up first in front. Good until the state changes.
  std::span<const MapElement> find(std::string_view key, std::uint64_t hash) const;
  /// Keeps a copy of row `row` until `give_up` reaches `due`, or for ever.
  void add(std::string_view key, std::uint64_t hash, const RecordBatch& batch, std::uint32_t row,
           bool is_matched, std::optional<std::int64_t> due);
  /// Removes rows due at or before `limit`, at most `most`; calls `removing(row)` before each. True
  /// when none is left.
  template <class F>
  bool give_up(std::int64_t limit, std::size_t most, F&& removing) {
    return map_.evict(limit, most, removing);
  }

  static bool is_matched(const std::byte* row);
  void set_matched(std::byte* row);
  /// Appends the values of a row to `columns`, one for each column of the batch it came from.
  void decode(const std::byte* row, std::span<const ColumnRef> columns) const;

  StateMap& map() { return map_; }
  const StateMap& map() const { return map_; }

 private:
  const char* encoded(const std::byte* row) const;

  // Rows of fixed width lie in their value, others in bytes that grow.
  const bool is_fixed_;
  StateMap map_;
};

}  // namespace millrace
