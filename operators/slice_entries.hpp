#pragma once

#include "operators/aggregate.hpp"
#include "operators/group_table.hpp"

#include <cstring>
#include <string_view>
#include <vector>

// What a sliced aggregation keeps: an entry for each key and slice, and for each key the total of the
// window that closes next.
namespace millrace {

/// What stands in front of the total of a key.
struct alignas(16) KeyHead {
  /// How many slices have an entry of the key, which goes with the last of them.
  std::uint64_t num_slices;
  /// The slice that the key was last seen in and the entry there; null at first.
  std::int64_t slice;
  std::byte* entry;
};

/// A key with an entry in a slice.
struct SliceEntry {
  std::byte* entry;
  std::byte* key;
};
using Slice = std::vector<SliceEntry>;

inline KeyHead& head_of(std::byte* key) { return *reinterpret_cast<KeyHead*>(key); }
inline std::byte* total_of(std::byte* key) { return key + sizeof(KeyHead); }

/// The timer of an entry holds the start of its slice and, from 1, its place there.
inline std::size_t index_of(const StateTimer& place) {
  return static_cast<std::size_t>(place.is_set) - 1;
}

inline std::vector<DataType> plain_types(const AggregateOptions& options) {
  std::vector<DataType> types;
  for (std::size_t i = 0; i < options.keys.size(); ++i)
    if (static_cast<int>(i) != options.event_time_key) types.push_back(options.keys[i]->type());
  return types;
}

inline StateLayout slice_layout(const AggregateOptions& options) {
  StateLayout layout = GroupTable::layout_of(options.aggregates, true);
  layout.sub_key_size = sizeof(std::int64_t);
  return layout;
}

/// Head and total.
inline StateLayout key_layout(const StateLayout& total) {
  StateLayout layout = total;
  layout.value_size += sizeof(KeyHead);
  for (std::size_t& offset : layout.growing) offset += sizeof(KeyHead);
  return layout;
}

/// Makes a value what it was when it was new.
inline void reset(std::byte* value, const StateLayout& layout) {
  std::size_t begin = 0;
  for (const std::size_t offset : layout.growing) {
    std::memset(value + begin, 0, offset - begin);
    reinterpret_cast<StateBytes*>(value + offset)->resize(0);
    begin = offset + sizeof(StateBytes);
  }
  std::memset(value + begin, 0, layout.value_size - begin);
}

/// The key of an entry without its slice.
inline std::string_view plain_key_of(const std::byte* entry) {
  std::string_view key = StateTable::key_of(entry);
  key.remove_suffix(sizeof(std::int64_t));
  return key;
}

}  // namespace millrace
