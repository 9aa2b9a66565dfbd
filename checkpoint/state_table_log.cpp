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
  if (log_ == nullptr || log_->is_empty()) return {};
  if (++epoch_ == 0) {
    // Stamps begin anew, so the old ones must go: once in 2^32 epochs.
    for (Cursor cursor; std::byte* value = next(cursor);) Entry::of(value)->epoch = kRestored;
    epoch_ = kFirstEpoch;
  }
  return log_->freeze();
}

void StateTable::note_change(std::byte* value) {
  Entry& entry = *Entry::of(value);
  if (log_ != nullptr) log_fixed_part(entry);
  for (std::size_t part = 0; part < layout_.growing.size(); ++part) {
    growing_bytes_ += growing_part(entry, part).take_growth();
    if (log_ != nullptr) log_growing_part(entry, static_cast<std::uint8_t>(part));
  }
}

void StateTable::log_fixed_part(Entry& entry) {
  const bool is_logged = entry.epoch == epoch_;
  if (fixed_size_ == 0 && entry.epoch != kUnknownToCheckpoints) return;
  if (!is_logged) {
    entry.place = log_->append(ChangeKind::Put, 0, entry.key(), fixed_size_);
    entry.epoch = epoch_;
  }
  std::byte* place = log_->bytes_of(entry.place);
  for (const Stretch& stretch : fixed_) {
    std::memcpy(place, entry.value() + stretch.offset, stretch.size);
    place += stretch.size;
  }
}

void StateTable::log_growing_part(Entry& entry, std::uint8_t part) {
  StateBytes& state = growing_part(entry, part);
  const StateBytes& bytes = state;
  const StateBytes::Changes changes = state.changes();
  auto log = [&](ChangeKind kind, const void* from, std::size_t count) {
    const ChangeLog::Place place = log_->append(kind, part, entry.key(), count);
    if (count != 0) std::memcpy(log_->bytes_of(place), from, count);
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
  if (entry.epoch == epoch_ && layout_.growing.empty())
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
