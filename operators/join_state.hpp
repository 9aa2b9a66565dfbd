#pragma once

#include "checkpoint/rising_timers.hpp"
#include "checkpoint/state_table.hpp"
#include "records/key_encoding.hpp"
#include "records/record_batch.hpp"
#include "records/row_encoding.hpp"

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// The rows that one side of a join of two streams keeps, by key, and by the millisecond at which
/// they are given up. Each row is an entry of the state table, logged once and never looked for there;
/// the order of each key and the times are kept in memory and made again after a restart. To add the row
/// that is given up last and to give up the first costs O(1), amortised. Not thread-safe.
class JoinState {
 public:
  struct KeptRow {
    std::int64_t due;
    std::byte* row;
  };
  /// The rows of one key, those that are given up first in front, equal ones as they came.
  class KeyRows {
   public:
    std::span<const KeptRow> all() const { return std::span(rows_).subspan(first_); }

   private:
    friend class JoinState;

    std::vector<KeptRow> rows_;
    std::size_t first_ = 0;
    // Where `keys_` holds the key.
    std::byte* key_ = nullptr;
    std::uint64_t next_number_ = 0;
  };

  explicit JoinState(const Schema& schema);
  JoinState(const JoinState&) = delete;
  JoinState& operator=(const JoinState&) = delete;

  /// What a checkpoint holds: the rows.
  StateTable& table() { return rows_; }
  /// Takes in what a checkpoint brought back; called before anything else.
  void restore();

  /// The rows of each key that `encoder` encoded last; null where there are none. Good until the state
  /// changes.
  void find(const KeyEncoder& encoder, std::vector<const KeyRows*>& found) const;
  /// Keeps a copy of row `row` until `give_up` reaches `due`, or for ever.
  void add(std::string_view key, std::uint64_t hash, const BatchColumns& batch, std::uint32_t row,
           bool is_matched, std::optional<std::int64_t> due);
  /// Removes rows due at or before `limit`, at most `most`; calls `removing(row)` before each. True
  /// when none is left.
  template <class F>
  bool give_up(std::int64_t limit, std::size_t most, F&& removing);

  static bool is_matched(const std::byte* row);
  void set_matched(std::byte* row);
  /// Appends the values of a row to `columns`, one for each column of the batch it came from.
  void decode(const std::byte* row, std::span<const ColumnRef> columns) const;
  /// The same for many rows, of which some are the same, and columns that are empty.
  void decode(std::span<std::byte* const> rows, std::span<const ColumnRef> columns);

  std::size_t num_rows() const { return rows_.size(); }
  /// Memory of the rows, of the order of each key and of the times.
  std::size_t bytes_used() const;

 private:
  KeyRows& rows_of(std::string_view key, std::uint64_t hash);
  void index(KeyRows& rows, KeptRow row);
  KeyRows* take_due(std::int64_t limit);
  void fetch_due() const;
  void drop_first(KeyRows& rows);
  std::string_view encoded(const std::byte* row) const;

  const RowEncoding encoding_;
  // Rows of fixed width lie in their value, others in bytes that grow.
  const bool is_fixed_;
  // By key, due and a number that rises for each key.
  StateTable rows_;

  // Made from the rows: a pointer to its rows for each key, what they point to, and for each row that is
  // given up its key, by due: as many times as a key comes up, so many of its first rows are due.
  StateTable keys_;
  std::deque<KeyRows> all_keys_;
  std::vector<KeyRows*> unused_keys_;
  // Room of the order of all keys.
  std::size_t order_bytes_ = 0;
  RisingTimers due_;
  // Scratch: the key of a row; some of the rows decoded last, and the copies that their values point into.
  std::string row_key_;
  struct Copied {
    const std::byte* row;
    const char* copy;
  };
  std::vector<Copied> copied_;
};

template <class F>
bool JoinState::give_up(std::int64_t limit, std::size_t most, F&& removing) {
  for (std::size_t i = 0; i < most; ++i) {
    KeyRows* rows = take_due(limit);
    if (rows == nullptr) return true;
    removing(rows->all().front().row);
    drop_first(*rows);
  }
  return !due_.first_time() || *due_.first_time() > limit;
}

}  // namespace millrace
