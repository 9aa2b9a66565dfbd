#pragma once

#include "checkpoint/state_table.hpp"
#include "checkpoint/timer_index.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace {

/// One element of a map: its order, and its value in the state table.
struct MapElement {
  std::int64_t order;
  std::byte* value;
};

/// The elements of one key by order, and in the order of insertion where that is equal. All zero
/// bytes when there are none. Good until the map changes.
class MapElements {
 public:
  std::span<const MapElement> all() const { return {data() + first_, count_}; }
  std::size_t size() const { return count_; }
  /// Those whose order lies between `from` and `to`, both included.
  std::span<const MapElement> range(std::int64_t from, std::int64_t to) const;

 private:
  friend class StateMap;

  const MapElement* data() const { return many_ == nullptr ? &single_ : many_; }
  MapElement* data() { return many_ == nullptr ? &single_ : many_; }
  MapElement* make_room(std::size_t position);
  void reserve_one();
  void remove(std::size_t position);
  std::size_t memory() const { return many_ == nullptr ? 0 : capacity_ * sizeof(MapElement); }

  MapElement* many_;
  MapElement single_;
  std::uint32_t first_;
  std::uint32_t count_;
  std::uint32_t capacity_;
  // Timers of the map that name this key, and the earliest of them.
  std::uint32_t num_timers_;
  std::int64_t due_;
  std::uint64_t next_sequence_;
};

/// Whether a map knows which keys have elements at or before a time.
enum class MapEviction { None, ByOrder };

/// Map from key bytes to ordered elements, each a value of fixed layout: the rows of one side of a
/// join, of an OVER window, the sessions of a key. Elements lie in a state table and are logged one
/// by one; the order of each key is kept in memory and made again after a restart. To add at the
/// end and to drop from the front costs O(1), amortised; in between, as many pointers as lie
/// behind. Keys vanish with their last element. Not thread-safe.
class StateMap {
 public:
  explicit StateMap(StateLayout element, MapEviction eviction = MapEviction::None);
  ~StateMap();
  StateMap(const StateMap&) = delete;
  StateMap& operator=(const StateMap&) = delete;

  /// Null when the key has no elements. `hash` is what KeyEncoder gives to the key.
  MapElements* find(std::string_view key, std::uint64_t hash) const;
  /// The same for many keys at once, with memory fetched ahead; `found` has room for all.
  void find_batch(std::span<const std::string_view> keys, std::span<const std::uint64_t> hashes,
                  MapElements** found) const;

  /// Adds an element behind those of equal order. Its value is zero bytes: write it, then
  /// `changed`.
  std::byte* insert(std::string_view key, std::uint64_t hash, std::int64_t order);
  void changed(std::byte* element) { table_.changed(element); }
  void erase(std::byte* element);
  /// Removes the first `count` elements of a key.
  void drop_front(MapElements& elements, std::size_t count);
  /// Removes elements whose order is at most `limit`, but at most `most` of them; calls
  /// `removing(element)` before. True when no such element is left. Keys come by their first
  /// element. Requires: MapEviction::ByOrder.
  template <class F>
  bool evict(std::int64_t limit, std::size_t most, F&& removing);

  /// No element has a lower order; nothing when there are none. Requires: MapEviction::ByOrder.
  std::optional<std::int64_t> first_order() const { return timers_.first_time(); }

  static std::int64_t order_of(const std::byte* element);
  /// The key without what the map adds to it.
  static std::string_view key_of(const std::byte* element);

  /// All elements; for iteration. Do not insert or erase here.
  StateTable& table() { return table_; }
  const StateTable& table() const { return table_; }
  /// Number of elements, and of keys.
  std::size_t size() const { return table_.size(); }
  std::size_t num_keys() const { return keys_.size() - num_empty_keys_; }
  /// Memory of elements and order.
  std::size_t bytes_used() const;
  /// Orders the elements again after the table was loaded.
  void rebuild();

 private:
  struct SubKey {
    std::int64_t order;
    std::uint64_t sequence;
  };
  static SubKey sub_key_of(const std::byte* element);
  static MapElements& at(std::byte* key) { return *reinterpret_cast<MapElements*>(key); }
  /// Whether a key had elements before the call.
  enum class KeyWas { Empty, Used };
  void add(MapElements& elements, MapElement element);
  void set_timer(MapElements& elements);
  void settle(MapElements& elements, KeyWas was);
  MapElements* take_due(std::int64_t limit);
  void drop_all_keys();

  StateTable table_;
  const MapEviction eviction_;
  // Key to MapElements; not logged.
  StateTable keys_;
  TimerIndex timers_;
  std::size_t num_empty_keys_ = 0;
  std::size_t order_bytes_ = 0;
  // Scratch: the key of an element.
  std::string element_key_;
};

template <class F>
bool StateMap::evict(std::int64_t limit, std::size_t most, F&& removing) {
  while (MapElements* elements = take_due(limit)) {
    const auto due = elements->range(std::numeric_limits<std::int64_t>::min(), limit);
    const auto now = due.first(std::min(most, due.size()));
    for (const MapElement& element : now) removing(element.value);
    most -= now.size();
    const bool is_all = now.size() == due.size();
    drop_front(*elements, now.size());
    if (!is_all) return false;
  }
  return true;
}

}  // namespace millrace
