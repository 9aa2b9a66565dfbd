#include "checkpoint/state_table_entry.hpp"
#include "records/check.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

namespace millrace {

namespace {

constexpr std::uint32_t kSlabEntries = 256;
constexpr std::uint32_t kFirstCapacity = 64;
constexpr std::uint32_t kMoved = UINT32_MAX;
constexpr std::size_t kMaxSlots = std::size_t{1} << 31;
constexpr std::uint32_t kMovesPerInsert = 16;
constexpr std::uint32_t kMovesPerCall = 64;
// An erase that would have to move slots further than this leaves a moved slot behind instead.
constexpr std::uint32_t kMostPassed = 64;
// Below this size the index is in the cache anyway.
constexpr std::uint32_t kFetchFrom = 1u << 13;
// How far ahead of the key at hand slots and entries are fetched.
constexpr std::size_t kSlotsAhead = 24, kEntriesAhead = 12;
constexpr std::size_t kCacheLine = 64;

/// What an index knows of a hash: the bits whose lowest name the home slot, so that slots move without
/// a look at their entries. `hash_with` gives a hash with the same tag.
std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 7); }
std::uint64_t hash_with(std::uint32_t tag) { return std::uint64_t{tag} << 7; }

/// Gives the memory of one piece of an index that is not needed any more back to the system. False behind the last
/// piece.
bool give_back_piece(void* slots, std::size_t num_bytes, std::uint32_t piece) {
  constexpr std::uintptr_t kPage = 4096, kPiece = 32 * kPage;
  const auto begin = reinterpret_cast<std::uintptr_t>(slots);
  const std::uintptr_t from = (begin + kPage - 1) / kPage * kPage + piece * kPiece;
  if (from + kPiece > begin + num_bytes) return false;
  // A wish: a system that does not grant it takes all back at the end.
  (void)::madvise(reinterpret_cast<void*>(from), kPiece, MADV_DONTNEED);
  return true;
}

std::size_t round_up(std::size_t bytes) { return (bytes + 15) / 16 * 16; }

}  // namespace

void StateTable::Index::allocate(std::uint32_t capacity) {
  // calloc: fresh pages are zero already, so a large index costs nothing until it is used.
  slots.reset(static_cast<Slot*>(std::calloc(capacity, sizeof(Slot))));
  MILLRACE_CHECK(slots != nullptr, "out of memory for a state table");
  mask = capacity - 1;
}

std::vector<StateTable::Stretch> StateTable::stretches_of(const StateLayout& layout) {
  std::vector<Stretch> stretches;
  std::size_t begin = 0;
  for (std::size_t offset : layout.growing) {
    if (offset > begin) stretches.push_back({begin, offset - begin});
    begin = offset + sizeof(StateBytes);
  }
  if (layout.value_size > begin) stretches.push_back({begin, layout.value_size - begin});
  return stretches;
}

StateTable::StateTable(StateLayout layout)
    : layout_(std::move(layout)),
      entry_size_(sizeof(Entry) + round_up(layout_.value_size)),
      fixed_(stretches_of(layout_)),
      fixed_size_(layout_.value_size - layout_.growing.size() * sizeof(StateBytes)),
      is_watched_(!layout_.growing.empty()),
      epoch_(kFirstEpoch) {
  static_assert(sizeof(Entry) == 48);
  index_.allocate(kFirstCapacity);
}

StateTable::~StateTable() { release_all(); }

StateTable::Entry* StateTable::entry_at(std::uint32_t number) const {
  return reinterpret_cast<Entry*>(slabs_[number / kSlabEntries].get() +
                                  number % kSlabEntries * entry_size_);
}

StateTable::Slot* StateTable::find_slot(const Index& index, std::string_view key,
                                        std::uint64_t hash) const {
  const std::uint32_t tag = tag_of(hash);
  for (std::uint32_t i = index.home(hash);; i = (i + 1) & index.mask) {
    Slot& slot = index.slots[i];
    if (slot.entry == 0) return nullptr;
    if (slot.tag == tag && slot.entry != kMoved && entry_at(slot.entry - 1)->has_key(key))
      return &slot;
  }
}

std::byte* StateTable::find(std::string_view key, std::uint64_t hash) const {
  const Slot* slot = find_slot(index_, key, hash);
  if (slot == nullptr && old_.slots) slot = find_slot(old_, key, hash);
  return slot == nullptr ? nullptr : entry_at(slot->entry - 1)->value();
}

std::byte* StateTable::find_or_insert(std::string_view key, std::uint64_t hash) {
  std::byte* value = find(key, hash);
  return value != nullptr ? value : insert(key, hash);
}

/// Begins to load what the search for these hashes reads.
void StateTable::fetch(std::span<const std::uint64_t> hashes) const {
  if (index_.mask < kFetchFrom) return;
  for (std::uint64_t hash : hashes) __builtin_prefetch(&index_.slots[index_.home(hash)]);
  for (std::uint64_t hash : hashes) fetch_entry_at_home(hash);
}

void StateTable::find_or_insert_batch(std::span<const std::string_view> keys,
                                      std::span<const std::uint64_t> hashes, std::byte** values) {
  if (old_.slots) move_slots(kMovesPerCall - kMovesPerInsert);
  const std::size_t count = keys.size();
  for (std::size_t i = 0; i < count + kSlotsAhead; ++i) {
    if (i < count && index_.mask >= kFetchFrom) {
      __builtin_prefetch(&index_.slots[index_.home(hashes[i])]);
      if (old_.slots) __builtin_prefetch(&old_.slots[old_.home(hashes[i])]);
    }
    if (const std::size_t k = i - (kSlotsAhead - kEntriesAhead); k < count && index_.mask >= kFetchFrom)
      fetch_entry_at_home(hashes[k]);
    if (const std::size_t k = i - kSlotsAhead; k < count) values[k] = find_or_insert(keys[k], hashes[k]);
  }
}

/// Begins to load the entry that the slot of a hash names, if it does: most have their home slot.
void StateTable::fetch_entry_at_home(std::uint64_t hash) const {
  const std::uint32_t entry = index_.slots[index_.home(hash)].entry;
  if (entry == 0 || entry == kMoved) return;
  const auto* begin = reinterpret_cast<const char*>(entry_at(entry - 1));
  __builtin_prefetch(begin);
  if (entry_size_ > kCacheLine) __builtin_prefetch(begin + kCacheLine);
}

std::byte* StateTable::insert(std::string_view key, std::uint64_t hash) {
  MILLRACE_CHECK(key.size() < kFreeEntry, "a key is longer than 4 GiB");
  std::uint32_t number = 0;
  Entry* entry = claim_entry(number);
  entry->hash = hash;
  entry->key_size = static_cast<std::uint32_t>(key.size());
  entry->round = 0;
  entry->epoch = kUnknownToCheckpoints;
  char* place_of_key = entry->near_key;
  if (key.size() > kInlineKey) {
    place_of_key = entry->far_key = new char[key.size()];
    key_bytes_ += key.size();
  }
  if (!key.empty()) std::memcpy(place_of_key, key.data(), key.size());
  std::memset(entry->value(), 0, entry_size_ - sizeof(Entry));
  for (std::size_t offset : layout_.growing) new (entry->value() + offset) StateBytes;
  if (is_indexed_) add_to_index(number, hash);
  ++size_;
  return entry->value();
}

void StateTable::add_to_index(std::uint32_t number, std::uint64_t hash) {
  if (old_.slots)
    move_slots(kMovesPerInsert);
  else if ((size_ + num_moved_slots_ + 1) * 8 > (std::size_t{index_.mask} + 1) * 5)
    start_growth();
  place(number, hash);
}

void StateTable::drop_index() {
  is_indexed_ = false;
  num_moved_slots_ = 0;
  index_ = {};
  old_ = {};
}

void StateTable::place(std::uint32_t number, std::uint64_t hash) {
  std::uint32_t i = index_.home(hash);
  while (index_.slots[i].entry != 0 && index_.slots[i].entry != kMoved) i = (i + 1) & index_.mask;
  if (index_.slots[i].entry == kMoved) --num_moved_slots_;
  index_.slots[i] = {tag_of(hash), number + 1};
}

StateTable::Entry* StateTable::claim_entry(std::uint32_t& number) {
  if (first_free_ != nullptr) {
    Entry* entry = first_free_;
    number = entry->free.number;
    first_free_ = entry->free.next;
    if (first_free_ != nullptr) __builtin_prefetch(first_free_, 1);
    return entry;
  }
  MILLRACE_CHECK(entries_made_ < UINT32_MAX - 2, "a state table holds more than 2^32 keys");
  if (entries_made_ % kSlabEntries == 0) {
    // Entries are a multiple of 16 bytes, and malloc aligns to 16.
    slabs_.emplace_back(static_cast<std::byte*>(std::malloc(kSlabEntries * entry_size_)));
    MILLRACE_CHECK(slabs_.back() != nullptr, "out of memory for a state table");
  }
  number = entries_made_++;
  return entry_at(number);
}

void StateTable::release_entry(Entry& entry, std::uint32_t number) {
  for (std::size_t i = 0; i < layout_.growing.size(); ++i) {
    StateBytes& part = growing_part(entry, i);
    growing_bytes_ += part.take_growth() - part.capacity();
    std::destroy_at(&part);
  }
  if (entry.key_size > kInlineKey) {
    delete[] entry.far_key;
    key_bytes_ -= entry.key_size;
  }
  entry.key_size = kFreeEntry;
  entry.free = {first_free_, number};
  first_free_ = &entry;
  --size_;
}

void StateTable::erase(std::byte* value) {
  Entry& entry = *Entry::of(value);
  if (log_ != nullptr) log_removal(entry);
  release_entry(entry, is_indexed_ ? take_from_index(entry) : 0);
}

/// Gives the number of the entry.
std::uint32_t StateTable::take_from_index(const Entry& entry) {
  if (Slot* slot = find_slot(index_, entry.key(), entry.hash)) {
    const std::uint32_t number = slot->entry - 1;
    remove_slot(static_cast<std::uint32_t>(slot - index_.slots.get()));
    return number;
  }
  Slot* slot = find_slot(old_, entry.key(), entry.hash);
  const std::uint32_t number = slot->entry - 1;
  slot->entry = kMoved;
  return number;
}

/// Frees a slot and moves the ones behind it up, so that no search ends too early.
void StateTable::remove_slot(std::uint32_t hole) {
  Slot* slots = index_.slots.get();
  std::uint32_t moved = 0;
  std::uint32_t i = (hole + 1) & index_.mask;
  for (std::uint32_t passed = 0; slots[i].entry != 0 && passed < kMostPassed; ++passed) {
    const Slot slot = slots[i];
    const std::uint32_t place = std::exchange(i, (i + 1) & index_.mask);
    if (slot.entry == kMoved) continue;
    const std::uint32_t home = index_.home(hash_with(slot.tag));
    if (((place - home) & index_.mask) < ((place - hole) & index_.mask)) continue;
    slots[hole] = slot;
    hole = place;
    ++moved;
  }
  const bool is_whole = slots[i].entry == 0;
  slots[hole].entry = is_whole ? 0 : kMoved;
  num_moved_slots_ += is_whole ? 0 : 1;
  count_moved(moved);
}

void StateTable::start_growth() {
  MILLRACE_CHECK(index_.mask < kMaxSlots / 2, "a state table holds more than 2^31 slots");
  old_ = std::move(index_);
  move_next_ = 0;
  num_moved_slots_ = 0;
  index_.allocate((old_.mask + 1) * 2);
}

/// When all have moved, further calls give the old index back piece by piece: at once, that of ten million keys
/// would hold up an operation for milliseconds. What is given back reads as free slots.
void StateTable::move_slots(std::uint32_t most) {
  if (move_next_ > old_.mask) {
    const std::size_t num_bytes = (std::size_t{old_.mask} + 1) * sizeof(Slot);
    const std::uint32_t piece = move_next_++ - old_.mask - 1;
    if (most == UINT32_MAX || !give_back_piece(old_.slots.get(), num_bytes, piece)) old_ = {};
    return;
  }
  const std::uint32_t end = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(std::uint64_t{move_next_} + most, std::uint64_t{old_.mask} + 1));
  std::uint32_t moved = 0;
  for (; move_next_ < end; ++move_next_) {
    Slot& slot = old_.slots[move_next_];
    if (slot.entry == 0 || slot.entry == kMoved) continue;
    place(slot.entry - 1, hash_with(slot.tag));
    slot.entry = kMoved;
    ++moved;
  }
  count_moved(moved);
  if (move_next_ > old_.mask && most == UINT32_MAX) old_ = {};
}

void StateTable::count_moved(std::uint32_t moved) { most_moved_ = std::max(most_moved_, moved); }

void StateTable::reserve(std::size_t num_entries) {
  const std::size_t slots = std::bit_ceil((size_ + num_entries) * 8 / 5 + 1);
  if (slots <= index_.mask || slots > kMaxSlots) return;
  if (old_.slots) move_slots(UINT32_MAX);
  num_moved_slots_ = 0;
  index_.allocate(static_cast<std::uint32_t>(slots));
  for (std::uint32_t number = 0; number < entries_made_; ++number)
    if (entry_at(number)->key_size != kFreeEntry) place(number, entry_at(number)->hash);
}

void StateTable::clear() {
  Cursor cursor;
  while (log_ != nullptr) {
    const std::byte* value = next(cursor);
    if (value == nullptr) break;
    log_removal(*Entry::of(value));
  }
  release_all();
}

void StateTable::release_all() {
  for (std::uint32_t number = 0; number < entries_made_; ++number)
    if (entry_at(number)->key_size != kFreeEntry) release_entry(*entry_at(number), number);
  slabs_.clear();
  changed_entries_.clear();
  first_waiting_ = 0;
  entries_made_ = 0;
  first_free_ = nullptr;
  old_ = {};
  num_moved_slots_ = 0;
  if (is_indexed_) index_.allocate(kFirstCapacity);
}

std::string_view StateTable::key_of(const std::byte* value) { return Entry::of(value)->key(); }

std::uint64_t StateTable::hash_of(const std::byte* value) { return Entry::of(value)->hash; }

bool StateTable::mark(std::byte* value, std::uint32_t round) {
  Entry* entry = Entry::of(value);
  if (entry->round == round) return false;
  entry->round = round;
  return true;
}

std::byte* StateTable::next(Cursor& cursor) const {
  while (cursor.next < entries_made_) {
    Entry* entry = entry_at(cursor.next++);
    if (entry->key_size != kFreeEntry) return entry->value();
  }
  return nullptr;
}

std::size_t StateTable::bytes_used() const {
  const std::size_t slots =
      std::size_t{index_.mask} + 1 + (old_.slots ? std::size_t{old_.mask} + 1 : 0);
  return slots * sizeof(Slot) + slabs_.size() * kSlabEntries * entry_size_ + key_bytes_ +
         static_cast<std::size_t>(growing_bytes_);
}

}  // namespace millrace
