#include "operators/join_state.hpp"

#include "records/fixed_values.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace millrace {

namespace {

// A value: whether the row found a partner, then its encoded columns.
constexpr std::size_t kMatchedAt = 0;
constexpr std::size_t kBytesAt = 16;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
// Rows that are due after the one at hand, for which memory is fetched: their keys, then they themselves.
constexpr std::size_t kKeysAhead = 16;
constexpr std::size_t kRowsAhead = 8;
// What stands in front of a value of a state table.
constexpr std::ptrdiff_t kEntryHead = 48;
// Rows of a key that are gone may be so many before the others move up.
constexpr std::size_t kMostGone = 16;
// Rows whose copies are remembered while a batch is decoded.
constexpr std::size_t kMostCopied = 128;
// Room for so many rows stays with what was a key's and will be another's.
constexpr std::size_t kMostKept = 64;

/// What follows the key in the key of a row.
struct SubKey {
  std::int64_t due;
  std::uint64_t number;
};

std::uint64_t number_of(const std::byte* row) {
  const std::string_view key = StateTable::key_of(row);
  std::uint64_t number = 0;
  std::memcpy(&number, key.data() + key.size() - sizeof number, sizeof number);
  return number;
}

JoinState::KeyRows*& key_rows(std::byte* value) {
  return *reinterpret_cast<JoinState::KeyRows**>(value);
}
const JoinState::KeyRows* key_rows(const std::byte* value) {
  return *reinterpret_cast<JoinState::KeyRows* const*>(value);
}

bool has_fixed_width(const Schema& schema) {
  return std::all_of(schema.fields.begin(), schema.fields.end(),
                     [](const Field& field) { return is_fixed_width(field.type); });
}

StateLayout layout_of(const Schema& schema) {
  if (!has_fixed_width(schema))
    return {kBytesAt + sizeof(StateBytes), {kBytesAt}, sizeof(SubKey)};
  return {kBytesAt + RowEncoding(schema).fixed_size(), {}, sizeof(SubKey)};
}

StateBytes& bytes_of(std::byte* row) { return *reinterpret_cast<StateBytes*>(row + kBytesAt); }

}  // namespace

JoinState::JoinState(const Schema& schema)
    : encoding_(schema),
      is_fixed_(has_fixed_width(schema)),
      rows_(layout_of(schema)),
      keys_({sizeof(KeyRows*), {}}) {}

void JoinState::restore() {
  StateTable::Cursor cursor;
  while (std::byte* row = rows_.next(cursor)) {
    std::string_view key = StateTable::key_of(row);
    SubKey sub_key{};
    std::memcpy(&sub_key, key.data() + key.size() - sizeof sub_key, sizeof sub_key);
    key.remove_suffix(sizeof sub_key);
    KeyRows& rows = rows_of(key, KeyEncoder::hash_of(key));
    rows.next_number_ = std::max(rows.next_number_, sub_key.number + 1);
    index(rows, {sub_key.due, row});
  }
  rows_.drop_index();
}

void JoinState::find(const KeyEncoder& encoder, std::vector<const KeyRows*>& found) const {
  found.resize(encoder.size());
  keys_.find_batch(encoder.keys(), encoder.hashes(), [&](std::size_t k, const std::byte* value) {
    found[k] = value == nullptr ? nullptr : key_rows(value);
  });
}

void JoinState::add(std::string_view key, std::uint64_t hash, const BatchColumns& batch,
                    std::uint32_t row, bool is_matched, std::optional<std::int64_t> due) {
  KeyRows& rows = rows_of(key, hash);
  const SubKey sub_key{due.value_or(kNever), rows.next_number_++};
  row_key_.assign(key);
  row_key_.append(reinterpret_cast<const char*>(&sub_key), sizeof sub_key);
  std::byte* kept = rows_.add(row_key_, hash);
  index(rows, {sub_key.due, kept});
  kept[kMatchedAt] = std::byte{is_matched};
  std::byte* place = kept + kBytesAt;
  if (!is_fixed_) place = bytes_of(kept).extend(static_cast<std::uint32_t>(encoding_.size(batch, row)));
  encoding_.encode(reinterpret_cast<char*>(place), batch, row);
  rows_.changed(kept);
}

/// Finds or makes the rows of a key.
JoinState::KeyRows& JoinState::rows_of(std::string_view key, std::uint64_t hash) {
  std::byte* value = keys_.find_or_insert(key, hash);
  KeyRows*& rows = key_rows(value);
  if (rows != nullptr) return *rows;
  if (unused_keys_.empty()) unused_keys_.push_back(&all_keys_.emplace_back());
  rows = unused_keys_.back();
  unused_keys_.pop_back();
  rows->key_ = value;
  return *rows;
}

/// Puts a row into the order of its key, and has the key come up when the row is due.
void JoinState::index(KeyRows& rows, KeptRow row) {
  const auto is_before = [](const KeptRow& a, const KeptRow& b) {
    return a.due != b.due ? a.due < b.due : number_of(a.row) < number_of(b.row);
  };
  const auto begin = rows.rows_.begin() + static_cast<std::ptrdiff_t>(rows.first_);
  const bool is_last = begin == rows.rows_.end() || is_before(rows.rows_.back(), row);
  const std::size_t room = rows.rows_.capacity();
  rows.rows_.insert(
      is_last ? rows.rows_.end() : std::upper_bound(begin, rows.rows_.end(), row, is_before), row);
  order_bytes_ += (rows.rows_.capacity() - room) * sizeof(KeptRow);
  if (row.due != kNever) due_.add(row.due, reinterpret_cast<std::byte*>(&rows));
}

/// The key of a row that is due; null when none is.
JoinState::KeyRows* JoinState::take_due(std::int64_t limit) {
  auto* rows = reinterpret_cast<KeyRows*>(due_.take_due(limit));
  if (rows != nullptr) fetch_due();
  return rows;
}

/// Begins to load what the next rows that are due will want.
void JoinState::fetch_due() const {
  if (const std::byte* rows = due_.ahead(kKeysAhead)) __builtin_prefetch(rows, 1);
  const auto* rows = reinterpret_cast<const KeyRows*>(due_.ahead(kRowsAhead));
  if (rows == nullptr || rows->all().empty()) return;
  __builtin_prefetch(rows->all().front().row - kEntryHead, 1);
  __builtin_prefetch(rows->key_ - kEntryHead, 1);
}

/// Forgets the first row of a key, and the key with its last.
void JoinState::drop_first(KeyRows& rows) {
  rows_.erase(rows.rows_[rows.first_].row);
  ++rows.first_;
  if (rows.first_ == rows.rows_.size()) {
    rows.rows_.clear();
    const std::size_t room = rows.rows_.capacity();
    if (room > kMostKept) rows.rows_.shrink_to_fit();
    order_bytes_ -= (room - rows.rows_.capacity()) * sizeof(KeptRow);
    rows.first_ = 0;
    keys_.erase(rows.key_);
    unused_keys_.push_back(&rows);
  } else if (rows.first_ > kMostGone && rows.first_ > rows.rows_.size() / 2) {
    rows.rows_.erase(rows.rows_.begin(), rows.rows_.begin() + static_cast<std::ptrdiff_t>(rows.first_));
    rows.first_ = 0;
  }
}

bool JoinState::is_matched(const std::byte* row) { return row[kMatchedAt] != std::byte{0}; }

void JoinState::set_matched(std::byte* row) {
  if (is_matched(row)) return;
  row[kMatchedAt] = std::byte{1};
  rows_.changed(row);
}

std::string_view JoinState::encoded(const std::byte* row) const {
  const std::byte* place = row + kBytesAt;
  if (is_fixed_) return {reinterpret_cast<const char*>(place), rows_.fixed_size() - kBytesAt};
  const auto& bytes = *reinterpret_cast<const StateBytes*>(place);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void JoinState::decode(const std::byte* row, std::span<const ColumnRef> columns) const {
  encoding_.decode(encoding_.copy(encoded(row), columns).data(), columns);
}

/// A row that many others join is copied once, mostly.
void JoinState::decode(std::span<std::byte* const> rows, std::span<const ColumnRef> columns) {
  copied_.assign(kMostCopied, {});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + kRowsAhead < rows.size()) __builtin_prefetch(rows[i + kRowsAhead] + kBytesAt);
    Copied& known = copied_[reinterpret_cast<std::uintptr_t>(rows[i]) / 16 % kMostCopied];
    if (known.row != rows[i]) known = {rows[i], encoding_.copy(encoded(rows[i]), columns).data()};
    encoding_.decode(known.copy, columns);
  }
}

std::size_t JoinState::bytes_used() const {
  return rows_.bytes_used() + keys_.bytes_used() + all_keys_.size() * sizeof(KeyRows) +
         unused_keys_.capacity() * sizeof(KeyRows*) + order_bytes_ + due_.bytes_used();
}

}  // namespace millrace
