#pragma once

#include "checkpoint/change_log.hpp"
#include "checkpoint/key_groups.hpp"
#include "checkpoint/log_pace.hpp"
#include "records/state_bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace millrace {

/// What one value of a state table is made of.
struct StateLayout {
  /// Bytes of a value; rounded up to 16.
  std::size_t value_size = 0;
  /// Where in a value a `StateBytes` object lies, ascending, at most 16; the table makes and
  /// destroys it.
  std::vector<std::size_t> growing;
  /// How many bytes at the end of each key do not decide its key group: a sub-key.
  std::size_t sub_key_size = 0;
};

/// Hash table from key bytes to a value of fixed size. Values never move, are 16-byte aligned and
/// start as zero bytes (growing parts empty). The index grows step by step: no operation moves more
/// than 64 slots. The low 7 bits of the hash name the key group. Who changes a value says so with
/// `changed`, new ones too: only then does a checkpoint hear of it. Not thread-safe.
class StateTable {
 public:
  explicit StateTable(StateLayout layout);
  ~StateTable();
  StateTable(const StateTable&) = delete;
  StateTable& operator=(const StateTable&) = delete;

  /// Null when there is no such key. `hash` is what KeyEncoder gives to the key.
  std::byte* find(std::string_view key, std::uint64_t hash) const;
  std::byte* find_or_insert(std::string_view key, std::uint64_t hash);
  /// The same for many keys at once, with memory fetched ahead; `values` has room for all.
  void find_or_insert_batch(std::span<const std::string_view> keys,
                            std::span<const std::uint64_t> hashes, std::byte** values);
  /// Calls `found(k, value)` for each key; the value is null when there is no such key.
  template <class F>
  void find_batch(std::span<const std::string_view> keys, std::span<const std::uint64_t> hashes,
                  F&& found) const {
    for (std::size_t start = 0; start < keys.size(); start += kFetchedAhead) {
      const std::size_t end = std::min(keys.size(), start + kFetchedAhead);
      fetch(hashes.subspan(start, end - start));
      for (std::size_t k = start; k < end; ++k) found(k, find(keys[k], hashes[k]));
    }
  }
  /// Adds an entry without a look for its key, which must not be there.
  std::byte* add(std::string_view key, std::uint64_t hash) { return insert(key, hash); }
  /// For entries that nobody looks for by key: from now on they are added and erased without an index.
  /// Nothing may be found or loaded any more.
  void drop_index();
  /// Puts a value that was just written into the log, if there is one: after each change, or once
  /// after several.
  void changed(std::byte* value) {
    if (is_watched_) note_changes({&value, 1});
  }
  void changed(std::span<std::byte* const> values) {
    if (is_watched_) note_changes(values);
  }
  /// Removes the entry of a value that this table gave out; logs that by itself.
  void erase(std::byte* value);
  void clear();

  /// The key of a value; lives as long as the entry.
  static std::string_view key_of(const std::byte* value);
  static std::uint64_t hash_of(const std::byte* value);
  /// Begins to load a value and the key in front of it.
  static void fetch_entry(const std::byte* value) {
    __builtin_prefetch(value - 64);
    __builtin_prefetch(value);
  }
  /// Stamps the entry with a round (a new entry has 0); false when it has that stamp already.
  static bool mark(std::byte* value, std::uint32_t round);

  /// Where an iteration stands. Stays good when the table changes meanwhile: an entry that was
  /// there from beginning to end is seen once.
  struct Cursor {
    std::uint32_t next = 0;
  };
  /// The next value in order of insertion (removed places are filled again), or null at the end.
  std::byte* next(Cursor& cursor) const;

  std::size_t size() const { return size_; }
  /// Memory of index, entries and keys, and of growing parts as of their last `changed`.
  std::size_t bytes_used() const;
  /// The most slots that one operation has moved so far.
  std::uint32_t most_moved() const { return most_moved_; }

  // For durability.

  /// The hash of a key that this table may hold.
  std::uint64_t hash_of_key(std::string_view key) const;
  /// The same where the hash of the key without its sub-key is known.
  std::uint64_t hash_of_key(std::string_view key, std::uint64_t hash_without) const;
  /// From now on changes go to `log`, which outlives them. Null: to nobody.
  void log_to(ChangeLog* log);
  /// Bytes of a value that lie in no growing part: what a Put holds.
  std::size_t fixed_size() const { return fixed_size_; }
  /// Ends an epoch: what was logged since the last call.
  FrozenChanges freeze();
  /// Makes room for so many more entries at once, to load them.
  void reserve(std::size_t num_entries);
  /// Applies changes of another table with the same layout, without logging them; those whose hash
  /// `owned` does not contain are left out. False: damaged, or of another layout.
  bool load(std::string_view encoded, KeyGroupRange owned);

 private:
  struct Entry;
  /// One place of an index: `entry` is 1 + the number of an entry, 0 free, or kMoved.
  struct Slot {
    std::uint32_t tag;
    std::uint32_t entry;
  };
  struct FreeMemory {
    void operator()(void* memory) const { std::free(memory); }
  };
  /// Power-of-two array of slots with linear probing.
  struct Index {
    std::unique_ptr<Slot[], FreeMemory> slots;
    std::uint32_t mask = 0;
    void allocate(std::uint32_t capacity);
    std::uint32_t home(std::uint64_t hash) const {
      return static_cast<std::uint32_t>(hash >> 7) & mask;
    }
  };

  static constexpr std::size_t kFetchedAhead = 16;
  void fetch(std::span<const std::uint64_t> hashes) const;
  void fetch_entry_at_home(std::uint64_t hash) const;
  Entry* entry_at(std::uint32_t number) const;
  Slot* find_slot(const Index& index, std::string_view key, std::uint64_t hash) const;
  std::byte* insert(std::string_view key, std::uint64_t hash);
  void add_to_index(std::uint32_t number, std::uint64_t hash);
  std::uint32_t take_from_index(const Entry& entry);
  /// `number` is good while there is an index.
  Entry* claim_entry(std::uint32_t& number);
  void release_entry(Entry& entry, std::uint32_t number);
  void place(std::uint32_t number, std::uint64_t hash);
  void remove_slot(std::uint32_t position);
  void start_growth();
  void move_slots(std::uint32_t most);
  void release_all();
  void count_moved(std::uint32_t moved);

  void note_changes(std::span<std::byte* const> values);
  void note_change_of_growing(std::byte* value);
  void note_change_of_fixed(Entry& entry);
  void claim_place(Entry& entry);
  void copy_fixed_part(Entry& entry);
  void log_waiting(std::size_t most);
  void log_growing_part(Entry& entry, std::uint8_t part);
  void log_removal(const Entry& entry);
  bool apply(const StateChange& change, std::uint64_t hash);
  bool apply_to_part(Entry& entry, const StateChange& change);
  StateBytes& growing_part(Entry& entry, std::size_t part) const;

  // Fixed after construction.
  const StateLayout layout_;
  const std::size_t entry_size_;
  /// Stretches of a value between its growing parts.
  struct Stretch {
    std::size_t offset;
    std::size_t size;
  };
  static std::vector<Stretch> stretches_of(const StateLayout& layout);
  const std::vector<Stretch> fixed_;
  const std::size_t fixed_size_;

  bool is_indexed_ = true;
  Index index_;
  // While the index grows: the old one, and the first slot of it that has not moved yet.
  Index old_;
  std::uint32_t move_next_ = 0;

  std::vector<std::unique_ptr<std::byte[], FreeMemory>> slabs_;
  std::uint32_t entries_made_ = 0;
  Entry* first_free_ = nullptr;
  std::size_t size_ = 0;
  std::size_t key_bytes_ = 0;
  std::int64_t growing_bytes_ = 0;
  std::uint32_t most_moved_ = 0;
  // Slots of `index_` that hold kMoved: an erase left them in a long run of slots.
  std::uint32_t num_moved_slots_ = 0;

  ChangeLog* log_ = nullptr;
  // There is a log, or memory of growing parts to count.
  bool is_watched_ = false;
  std::uint32_t epoch_;
  // Entries without growing parts that changed in this epoch, by first change; those from
  // `first_waiting_` on wait for their place in the log. An erased one may stand here still.
  std::vector<Entry*> changed_entries_;
  std::size_t first_waiting_ = 0;
  LogPace pace_;
};

}  // namespace millrace
