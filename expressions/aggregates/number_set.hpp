#pragma once

#include "records/state_bytes.hpp"

#include <cstdint>

namespace millrace {

/// A set of numbers inside one growing state, each with flags, and how many there are with each flag: header,
/// counts, then a hash table of the numbers themselves, so that a look reads one place. An empty state is an
/// empty set. At most 100 million numbers, as a state ends at 2 GiB. Borrows the state. Not thread-safe.
class NumberSet {
 public:
  /// Requires: num_flags <= 32, the same each time for a state.
  NumberSet(StateBytes& state, std::uint32_t num_flags)
      : state_(state), header_size_(header_size(num_flags)) {}

  /// Gives a number these flags besides those that it has. The state counts as changed only where that
  /// changes something. Requires: flags != 0.
  void add(std::uint64_t number, std::uint32_t flags);
  /// Begins to load what `add` reads.
  static void fetch(const StateBytes& state, std::uint32_t num_flags, std::uint64_t number);

  /// How many numbers have the flag.
  static std::uint32_t count(const StateBytes& state, std::uint32_t flag);
  /// Calls f(number, flags) for each number, in no order.
  template <class F>
  static void for_each(const StateBytes& state, std::uint32_t num_flags, F&& f) {
    if (state.size() == 0) return;
    const Slot* const slots = slots_of(state, header_size(num_flags));
    for (std::uint32_t i = 0; i < capacity(state, header_size(num_flags)); ++i)
      if (slots[i].flags != 0) f(slots[i].number(), slots[i].flags);
  }

 private:
  /// Free where there are no flags.
  struct Slot {
    std::uint32_t low, high, flags;
    std::uint64_t number() const { return std::uint64_t{high} << 32 | low; }
  };

  /// The number of numbers and one count for each flag.
  static std::uint32_t header_size(std::uint32_t num_flags) {
    return (1 + num_flags) * static_cast<std::uint32_t>(sizeof(std::uint32_t));
  }
  /// A power of two, or 0.
  static std::uint32_t capacity(const StateBytes& state, std::uint32_t header_size) {
    return state.size() == 0 ? 0 : (state.size() - header_size) / std::uint32_t{sizeof(Slot)};
  }
  static const Slot* slots_of(const StateBytes& state, std::uint32_t header_size) {
    return reinterpret_cast<const Slot*>(state.data() + header_size);
  }
  std::uint32_t find(std::uint64_t number) const;
  void grow();

  StateBytes& state_;
  const std::uint32_t header_size_;
};

}  // namespace millrace
