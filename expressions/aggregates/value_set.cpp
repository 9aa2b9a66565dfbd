#include "expressions/aggregates/value_set.hpp"

#include "records/key_encoding.hpp"

#include <cstring>
#include <utility>

namespace millrace {

namespace {

/// `capacity` slots follow, a power of two; each is 0 or the position of a string behind the index,
/// plus 1.
struct Header {
  std::uint32_t count;
  std::uint32_t capacity;
};

constexpr std::uint32_t kFirstCapacity = 8;

Header& header(StateBytes& state) { return *reinterpret_cast<Header*>(state.data()); }

std::size_t index_size(std::uint32_t capacity) {
  return sizeof(Header) + capacity * sizeof(std::uint32_t);
}

const Header& header(const StateBytes& state) {
  return *reinterpret_cast<const Header*>(state.data());
}

const std::uint32_t* slots(const StateBytes& state) {
  return reinterpret_cast<const std::uint32_t*>(state.data() + sizeof(Header));
}

/// Most values are numbers: a byte and eight more, which are compared without a call.
bool are_equal(std::string_view a, std::string_view b) {
  constexpr std::size_t kNumber = 1 + sizeof(std::uint64_t);
  if (a.size() != kNumber || b.size() != kNumber) return a == b;
  std::uint64_t of_a = 0, of_b = 0;
  std::memcpy(&of_a, a.data() + 1, sizeof of_a);
  std::memcpy(&of_b, b.data() + 1, sizeof of_b);
  return of_a == of_b && a[0] == b[0];
}

std::uint32_t home(const StateBytes& state, std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash) & (header(state).capacity - 1);
}

bool has_room(const StateBytes& state) {
  return state.size() != 0 && (header(state).count + 1) * 2 <= header(state).capacity;
}

}  // namespace

std::uint32_t ValueSet::size(const StateBytes& state) {
  return state.size() == 0 ? 0 : reinterpret_cast<const Header*>(state.data())->count;
}

std::size_t ValueSet::strings_start(const StateBytes& state) {
  return state.size() == 0 ? 0
                           : index_size(reinterpret_cast<const Header*>(state.data())->capacity);
}

std::string_view ValueSet::at(const StateBytes& state, std::size_t position) {
  const char* place = reinterpret_cast<const char*>(state.data()) + position;
  std::uint32_t size = 0;
  std::memcpy(&size, place, sizeof size);
  return {place + sizeof size, size};
}

std::uint64_t ValueSet::hash_of(std::string_view value) { return KeyEncoder::hash_of(value); }

void ValueSet::fetch_slot(const StateBytes& state, std::uint64_t hash) {
  if (state.size() != 0) __builtin_prefetch(&slots(state)[home(state, hash)]);
}

void ValueSet::fetch_value(const StateBytes& state, std::uint64_t hash) {
  if (state.size() == 0) return;
  const std::uint32_t slot = slots(state)[home(state, hash)];
  if (slot != 0) __builtin_prefetch(state.data() + strings_start(state) + slot - 1);
}

bool ValueSet::insert(std::string_view value) { return insert(value, hash_of(value)); }

bool ValueSet::insert(std::string_view value, std::uint64_t hash) {
  std::uint32_t slot = 0;
  if (state_.size() != 0) {
    slot = find_slot(state_, value, hash);
    if (slots(std::as_const(state_))[slot] != 0) return false;
  }
  if (!has_room(state_)) {
    grow_index();
    slot = find_slot(state_, value, hash);
  }
  set_slot(slot, state_.size());
  ++header(state_).count;
  const auto size = static_cast<std::uint32_t>(value.size());
  state_.append(&size, sizeof size);
  state_.append(value.data(), size);
  return true;
}

/// The slot that holds `value`, or the free one where it belongs.
std::uint32_t ValueSet::find_slot(const StateBytes& state, std::string_view value,
                                  std::uint64_t hash) {
  const std::uint32_t mask = header(state).capacity - 1;
  const std::size_t start = strings_start(state);
  std::uint32_t i = home(state, hash);
  for (; slots(state)[i] != 0; i = (i + 1) & mask)
    if (are_equal(at(state, start + slots(state)[i] - 1), value)) break;
  return i;
}

/// `position` of a string in the state.
void ValueSet::set_slot(std::uint32_t slot, std::size_t position) {
  auto* const first = reinterpret_cast<std::uint32_t*>(state_.data() + sizeof(Header));
  first[slot] = static_cast<std::uint32_t>(position - strings_start(state_)) + 1;
}

/// Doubles the index; the strings move up, and are put into the index again.
void ValueSet::grow_index() {
  const bool is_new = state_.size() == 0;
  const Header old = is_new ? Header{0, kFirstCapacity / 2} : header(std::as_const(state_));
  const std::size_t old_start = strings_start(state_);
  const std::size_t strings = state_.size() - old_start;
  const std::size_t start = index_size(old.capacity * 2);
  state_.resize(static_cast<std::uint32_t>(start + strings));
  std::memmove(state_.data() + start, state_.data() + old_start, strings);
  std::memset(state_.data(), 0, start);
  header(state_) = {old.count, old.capacity * 2};
  std::size_t position = start;
  for (std::uint32_t i = 0; i < old.count; ++i) {
    const std::string_view value = at(state_, position);
    set_slot(find_slot(state_, value, hash_of(value)), position);
    position += sizeof(std::uint32_t) + value.size();
  }
}

}  // namespace millrace
