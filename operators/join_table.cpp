#include "operators/join_table.hpp"

namespace millrace {

namespace {

// Rows whose slots are fetched ahead of the one at hand.
constexpr std::uint32_t kAhead = 16;

}  // namespace

void JoinTable::open(RecordPool& pool, const Schema& schema) {
  for (const Field& field : schema.fields) columns_.push_back(pool.make_column(field.type));
}

std::uint32_t JoinTable::add(const RecordBatch& batch, std::uint32_t row) {
  for (std::size_t c = 0; c < columns_.size(); ++c) columns_[c]->append_from(batch.column(c), row);
  next_.push_back(kNoRow);
  return num_rows() - 1;
}

void JoinTable::link(std::uint32_t row, std::string_view key, std::uint64_t hash) {
  Slot& slot = slots_[find_slot(key, hash)];
  if (slot.key != 0) {
    Key& known = keys_[slot.key - 1];
    next_[known.last] = row;
    known.last = row;
    is_unique_ = false;
    return;
  }
  keys_.push_back({key_bytes_.copy(key), hash, row, row});
  slot = {tag_of(hash), static_cast<std::uint32_t>(keys_.size())};
  if (keys_.size() * 2 > slots_.size()) grow();
}

void JoinTable::find(const KeyEncoder& encoder, std::vector<std::uint32_t>& first) const {
  const std::uint32_t n = encoder.size();
  first.resize(n);
  for (std::uint32_t k = 0; k < n; ++k) {
    if (k + kAhead < n) __builtin_prefetch(&slots_[encoder.hash(k + kAhead) & mask_]);
    const Slot slot = slots_[find_slot(encoder.key(k), encoder.hash(k))];
    first[k] = slot.key == 0 ? kNoRow : keys_[slot.key - 1].first;
  }
}

/// The slot of the key, or the free one where it belongs.
std::size_t JoinTable::find_slot(std::string_view key, std::uint64_t hash) const {
  std::size_t at = hash & mask_;
  for (; slots_[at].key != 0; at = (at + 1) & mask_) {
    if (slots_[at].tag == tag_of(hash) && keys_[slots_[at].key - 1].bytes == key) break;
  }
  return at;
}

void JoinTable::grow() {
  slots_.assign(slots_.size() * 2, Slot{});
  mask_ = slots_.size() - 1;
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    std::size_t at = keys_[i].hash & mask_;
    while (slots_[at].key != 0) at = (at + 1) & mask_;
    slots_[at] = {tag_of(keys_[i].hash), i + 1};
  }
}

}  // namespace millrace
