#include "operators/join_state.hpp"

#include "records/value_encoding.hpp"

#include <new>
#include <utility>

namespace millrace {

JoinState::JoinState() : keys_(StateLayout{sizeof(Chain), {}}) {}

JoinState::~JoinState() {
  StateTable::Cursor cursor;
  while (std::byte* key = keys_.next(cursor)) {
    for (Row* row = chain_of(key).first; row != nullptr;) drop(std::exchange(row, row->next));
  }
}

JoinState::Row* JoinState::find(std::string_view key, std::uint64_t hash) const {
  std::byte* entry = keys_.find(key, hash);
  return entry == nullptr ? nullptr : chain_of(entry).first;
}

void JoinState::add(std::string_view key, std::uint64_t hash, const RecordBatch& batch,
                    std::uint32_t row, bool is_matched, std::optional<std::int64_t> due) {
  std::size_t num_bytes = 0;
  for (const ColumnRef& column : batch.columns()) num_bytes += encoded_size(*column, row);
  Row* kept = claim(static_cast<std::uint32_t>(num_bytes));
  char* to = reinterpret_cast<char*>(kept + 1);
  for (const ColumnRef& column : batch.columns())
    to = encode_value(to, *column, row, ValueForm::Exact);
  kept->is_matched = is_matched;
  kept->key = keys_.find_or_insert(key, hash);
  link(kept);
  if (due) timers_.add(*due, reinterpret_cast<std::byte*>(kept));
  ++size_;
}

JoinState::Row* JoinState::take_due(std::int64_t limit) {
  std::byte* due = timers_.take_due(limit);
  if (due == nullptr) return nullptr;
  Row* row = reinterpret_cast<Row*>(due);
  unlink(row);
  --size_;
  return row;
}

void JoinState::decode(const Row& row, const ColumnRef* columns, std::size_t num_columns) {
  const char* next = row.bytes();
  for (std::size_t c = 0; c < num_columns; ++c) next = decode_value(next, *columns[c]);
}

void JoinState::link(Row* row) {
  Chain& chain = chain_of(row->key);
  row->previous = chain.last;
  (chain.last == nullptr ? chain.first : chain.last->next) = row;
  chain.last = row;
}

void JoinState::unlink(Row* row) {
  Chain& chain = chain_of(row->key);
  (row->previous == nullptr ? chain.first : row->previous->next) = row->next;
  (row->next == nullptr ? chain.last : row->next->previous) = row->previous;
  if (chain.first == nullptr) keys_.erase(row->key);
}

JoinState::Row* JoinState::claim(std::uint32_t num_bytes) {
  const std::size_t size = size_class(num_bytes);
  void* place = nullptr;
  if (size >= kNumSizes) {
    large_bytes_ += size * kGrain;
    place = ::operator new(size * kGrain);
  } else if (free_[size] != nullptr) {
    place = free_[size];
    free_[size] = free_[size]->next;
  } else {
    if (slab_used_ + size * kGrain > kSlabBytes) {
      slabs_.push_back(std::make_unique_for_overwrite<std::byte[]>(kSlabBytes));
      slab_bytes_ += kSlabBytes;
      slab_used_ = 0;
    }
    place = slabs_.back().get() + slab_used_;
    slab_used_ += size * kGrain;
  }
  Row* row = new (place) Row;
  row->num_bytes = num_bytes;
  return row;
}

void JoinState::drop(Row* row) {
  const std::size_t size = size_class(row->num_bytes);
  if (size >= kNumSizes) {
    large_bytes_ -= size * kGrain;
    return ::operator delete(row);
  }
  row->next = free_[size];
  free_[size] = row;
}

}  // namespace millrace
