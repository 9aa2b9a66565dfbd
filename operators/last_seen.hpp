#pragma once

#include "records/type.hpp"

#include <cstdint>
#include <vector>

namespace millrace {

/// For each value the number of the row that had it last. Open addressing; keeps its memory. Not
/// thread-safe.
class LastSeen {
 public:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  /// Notes that row `number` has the value and gives the row that had it before, or kNever.
  std::uint64_t exchange(Int128 value, std::uint64_t number) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = slots_[place_of(value)];
    const std::uint64_t before = slot.number;
    if (before == kNever) ++size_;
    slot = {value, number};
    return before;
  }
  bool is_last(Int128 value, std::uint64_t number) const {
    return !slots_.empty() && slots_[place_of(value)].number == number;
  }
  /// Requires: the value was noted.
  void erase(Int128 value) {
    std::size_t hole = place_of(value);
    for (std::size_t i = next(hole); slots_[i].number != kNever; i = next(i)) {
      const std::size_t home = home_of(slots_[i].value);
      if (((i - home) & mask()) < ((i - hole) & mask())) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole].number = kNever;
    --size_;
  }
  void clear() {
    for (Slot& slot : slots_) slot.number = kNever;
    size_ = 0;
  }

 private:
  struct Slot {
    Int128 value = 0;
    std::uint64_t number = kNever;
  };

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t next(std::size_t i) const { return (i + 1) & mask(); }
  std::size_t home_of(Int128 value) const {
    const std::uint64_t mixed = (static_cast<std::uint64_t>(value) ^
                                 static_cast<std::uint64_t>(value >> 64) * 0x9E3779B97F4A7C15u) *
                                0x9E3779B97F4A7C15u;
    return static_cast<std::size_t>(mixed >> 32) & mask();
  }
  /// Where the value stands, or where it would.
  std::size_t place_of(Int128 value) const {
    std::size_t i = home_of(value);
    while (slots_[i].number != kNever && slots_[i].value != value) i = next(i);
    return i;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 8 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.number != kNever) slots_[place_of(slot.value)] = slot;
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace millrace
