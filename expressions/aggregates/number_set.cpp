#include "expressions/aggregates/number_set.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

namespace millrace {

namespace {

constexpr std::uint32_t kFirstCapacity = 4;

/// Numbers that follow each other, and reals that differ in their first bits only, go to different places.
std::uint32_t hash_of(std::uint64_t number) {
  return static_cast<std::uint32_t>(((number ^ number >> 32) * 0x9E3779B97F4A7C15u) >> 32);
}

/// The size of the set, then the counts.
std::uint32_t* header(StateBytes& state) { return reinterpret_cast<std::uint32_t*>(state.data()); }
const std::uint32_t* header(const StateBytes& state) {
  return reinterpret_cast<const std::uint32_t*>(state.data());
}

}  // namespace

void NumberSet::fetch(const StateBytes& state, std::uint32_t num_flags, std::uint64_t number) {
  const std::uint32_t size = header_size(num_flags);
  const std::uint32_t slots = capacity(state, size);
  if (slots != 0) __builtin_prefetch(slots_of(state, size) + (hash_of(number) & (slots - 1)));
}

std::uint32_t NumberSet::count(const StateBytes& state, std::uint32_t flag) {
  return state.size() == 0 ? 0 : header(state)[1 + flag];
}

void NumberSet::add(std::uint64_t number, std::uint32_t flags) {
  if (state_.size() == 0) grow();
  std::uint32_t place = find(number);
  const Slot* slot = slots_of(state_, header_size_) + place;
  const std::uint32_t missing = flags & ~slot->flags;
  if (missing == 0) return;
  const bool is_new = slot->flags == 0;
  const std::uint32_t size = header(std::as_const(state_))[0];
  if (is_new && (size + 1) * 4 > capacity(state_, header_size_) * 3) {
    grow();
    place = find(number);
  }
  std::uint32_t* const counts = header(state_) + 1;
  if (is_new) ++header(state_)[0];
  auto& changed = reinterpret_cast<Slot*>(state_.data() + header_size_)[place];
  changed = {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32),
             changed.flags | missing};
  for (std::uint32_t rest = missing; rest != 0; rest &= rest - 1) ++counts[std::countr_zero(rest)];
}

/// The slot that holds the number, or the free one where it belongs.
std::uint32_t NumberSet::find(std::uint64_t number) const {
  const Slot* const slots = slots_of(state_, header_size_);
  const std::uint32_t mask = capacity(state_, header_size_) - 1;
  std::uint32_t i = hash_of(number) & mask;
  while (slots[i].flags != 0 && slots[i].number() != number) i = (i + 1) & mask;
  return i;
}

/// Makes room for twice as many, or for the first few.
void NumberSet::grow() {
  const std::uint32_t old = capacity(state_, header_size_);
  const std::vector<std::byte> before(std::as_const(state_).data(), std::as_const(state_).data() + state_.size());
  const std::uint32_t slots = std::max(kFirstCapacity, old * 2);
  state_.resize(0);
  state_.resize(header_size_ + slots * std::uint32_t{sizeof(Slot)});
  std::memset(state_.data(), 0, state_.size());
  if (old == 0) return;
  std::memcpy(state_.data(), before.data(), header_size_);
  auto* const to = reinterpret_cast<Slot*>(state_.data() + header_size_);
  const auto* const from = reinterpret_cast<const Slot*>(before.data() + header_size_);
  for (std::uint32_t i = 0; i < old; ++i)
    if (from[i].flags != 0) to[find(from[i].number())] = from[i];
}

}  // namespace millrace
