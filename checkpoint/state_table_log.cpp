// What a state table tells its change log, and how it takes changes in again.

#include "checkpoint/state_table_entry.hpp"
#include "records/key_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace millrace {

namespace {

constexpr std::size_t kLoadedAhead = 32;
constexpr std::size_t kReadAhead = 8;

/// The sizes that most values have are copied without a call.
void copy_bytes(std::byte* to, const std::byte* from, std::size_t size) {
  switch (size) {
    case 8: std::memcpy(to, from, 8); break;
    case 16: std::memcpy(to, from, 16); break;
    case 24: std::memcpy(to, from, 24); break;
    case 32: std::memcpy(to, from, 32); break;
    case 48: std::memcpy(to, from, 48); break;
    default: std::memcpy(to, from, size);
  }
}

}  // namespace

StateBytes& StateTable::growing_part(Entry& entry, std::size_t part) const {
  return *std::launder(reinterpret_cast<StateBytes*>(entry.value() + layout_.growing[part]));
}

std::uint64_t StateTable::hash_of_key(std::string_view key) const {
  if (layout_.sub_key_size == 0) return KeyEncoder::hash_of(key);
  const std::size_t size = key.size() - std::min(key.size(), layout_.sub_key_size);
  return hash_of_key(key, KeyEncoder::hash_of(key.substr(0, size)));
}

std::uint64_t StateTable::hash_of_key(std::string_view key, std::uint64_t hash_without) const {
  const std::uint64_t hash = KeyEncoder::hash_of(key);
  return hash - key_group_of(hash) + key_group_of(hash_without);
}

void StateTable::log_to(ChangeLog* log) {
  log_ = log;
  is_watched_ = log != nullptr || !layout_.growing.empty();
}

FrozenChanges StateTable::freeze() {
  if (log_ == nullptr) return {};
  log_waiting(changed_entries_.size());
  pace_.end_epoch(changed_entries_.size());
  changed_entries_.clear();
  first_waiting_ = 0;
  if (log_->is_empty()) return {};
  if (++epoch_ == 0) {
    // Stamps begin anew, so the old ones must go: once in 2^32 epochs.
    for (Cursor cursor; std::byte* value = next(cursor);) Entry::of(value)->epoch = kRestored;
    epoch_ = kFirstEpoch;
  }
  return log_->freeze();
}

void StateTable::note_changes(std::span<std::byte* const> values) {
  if (!layout_.growing.empty()) {
    for (std::byte* value : values) note_change_of_growing(value);
    return;
  }
  if (log_ == nullptr) return;
  const std::uint32_t epoch = epoch_;
  for (std::byte* value : values) {
    Entry& entry = *Entry::of(value);
    if (entry.epoch != epoch || entry.place.number != kWaiting) note_change_of_fixed(entry);
  }
  log_waiting(pace_.due(values.size(), changed_entries_.size() - first_waiting_));
}

void StateTable::note_change_of_growing(std::byte* value) {
  Entry& entry = *Entry::of(value);
  if (log_ != nullptr && (fixed_size_ != 0 || entry.epoch == kUnknownToCheckpoints)) {
    if (entry.epoch != epoch_) claim_place(entry);
    copy_fixed_part(entry);
  }
  for (std::size_t part = 0; part < layout_.growing.size(); ++part) {
    growing_bytes_ += growing_part(entry, part).take_growth();
    if (log_ != nullptr) log_growing_part(entry, static_cast<std::uint8_t>(part));
  }
}

void StateTable::note_change_of_fixed(Entry& entry) {
  if (entry.epoch == epoch_) return copy_fixed_part(entry);
  if (fixed_size_ == 0 && entry.epoch != kUnknownToCheckpoints) return;
  entry.epoch = epoch_;
  entry.place.number = kWaiting;
  changed_entries_.push_back(&entry);
}

void StateTable::claim_place(Entry& entry) {
  entry.place = log_->append(ChangeKind::Put, 0, entry.key(), fixed_size_);
  entry.epoch = epoch_;
}

void StateTable::copy_fixed_part(Entry& entry) {
  std::byte* place = log_->bytes_of(entry.place, entry.key_size);
  for (const Stretch& stretch : fixed_) {
    copy_bytes(place, entry.value() + stretch.offset, stretch.size);
    place += stretch.size;
  }
}

/// Logs as many of the entries that wait, those that changed first before the others.
void StateTable::log_waiting(std::size_t most) {
  const std::size_t end = std::min(changed_entries_.size(), first_waiting_ + most);
  for (; first_waiting_ < end; ++first_waiting_) {
    if (first_waiting_ + kReadAhead < end)
      __builtin_prefetch(changed_entries_[first_waiting_ + kReadAhead]);
    Entry& entry = *changed_entries_[first_waiting_];
    // Erased since, or made anew and so here twice.
    if (entry.key_size == kFreeEntry || entry.epoch != epoch_ || entry.place.number != kWaiting)
      continue;
    claim_place(entry);
    copy_fixed_part(entry);
  }
}

void StateTable::log_growing_part(Entry& entry, std::uint8_t part) {
  StateBytes& state = growing_part(entry, part);
  const StateBytes& bytes = state;
  const StateBytes::Changes changes = state.changes();
  auto log = [&](ChangeKind kind, const void* from, std::size_t count) {
    const ChangeLog::Place place = log_->append(kind, part, entry.key(), count);
    if (count != 0) std::memcpy(log_->bytes_of(place, entry.key_size), from, count);
  };
  if (changes.rewritten) {
    log(ChangeKind::Replace, bytes.data(), bytes.size());
  } else {
    const std::uint64_t dropped = changes.dropped;
    if (dropped != 0) log(ChangeKind::DropFront, &dropped, sizeof dropped);
    if (bytes.size() > changes.kept)
      log(ChangeKind::Append, bytes.data() + changes.kept, bytes.size() - changes.kept);
  }
  state.note_logged();
}

void StateTable::log_removal(const Entry& entry) {
  if (entry.epoch == kUnknownToCheckpoints) return;
  // Behind the Put of an entry with growing parts stand records that would make the entry again.
  if (entry.epoch == epoch_ && layout_.growing.empty() && entry.place.number != kWaiting)
    log_->make_remove(entry.place);
  else
    log_->append(ChangeKind::Remove, 0, entry.key(), 0);
}

bool StateTable::load(std::string_view encoded, KeyGroupRange owned) {
  ChangeLog* log = std::exchange(log_, nullptr);
  std::array<StateChange, kLoadedAhead> changes;
  std::array<std::uint64_t, kLoadedAhead> hashes{};
  ChangeReader reader(encoded);
  bool fits = true;
  for (std::size_t n = kLoadedAhead; fits && n == kLoadedAhead;) {
    for (n = 0; n < kLoadedAhead;) {
      const std::optional<StateChange> change = reader.next();
      if (!change) break;
      const std::uint64_t hash = hash_of_key(change->key);
      if (!owned.contains(hash)) continue;
      changes[n] = *change;
      hashes[n++] = hash;
      __builtin_prefetch(&index_.slots[index_.home(hash)], 1);
    }
    for (std::size_t k = 0; fits && k < n; ++k) fits = apply(changes[k], hashes[k]);
  }
  log_ = log;
  return fits && !reader.is_damaged();
}

bool StateTable::apply(const StateChange& change, std::uint64_t hash) {
  if (change.kind == ChangeKind::Remove) {
    if (std::byte* value = find(change.key, hash)) erase(value);
    return true;
  }
  Entry& entry = *Entry::of(find_or_insert(change.key, hash));
  entry.epoch = kRestored;
  if (change.kind != ChangeKind::Put) return apply_to_part(entry, change);
  if (change.bytes.size() != fixed_size_) return false;
  const char* from = change.bytes.data();
  for (const Stretch& stretch : fixed_) {
    std::memcpy(entry.value() + stretch.offset, from, stretch.size);
    from += stretch.size;
  }
  return true;
}

bool StateTable::apply_to_part(Entry& entry, const StateChange& change) {
  if (change.part >= layout_.growing.size()) return false;
  StateBytes& state = growing_part(entry, change.part);
  if (change.kind == ChangeKind::DropFront) {
    std::uint64_t dropped = 0;
    if (change.bytes.size() != sizeof dropped) return false;
    std::memcpy(&dropped, change.bytes.data(), sizeof dropped);
    if (dropped > state.size()) return false;
    state.drop_front(static_cast<std::uint32_t>(dropped));
  } else {
    if (change.kind == ChangeKind::Replace) state.resize(0);
    state.append(change.bytes.data(), static_cast<std::uint32_t>(change.bytes.size()));
  }
  state.note_logged();
  growing_bytes_ += state.take_growth();
  return true;
}

}  // namespace millrace
