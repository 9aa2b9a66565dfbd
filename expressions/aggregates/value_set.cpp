#include "expressions/aggregates/value_set.hpp"

#include "records/key_encoding.hpp"

#include <cstring>

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

std::uint32_t* slots(StateBytes& state) {
  return reinterpret_cast<std::uint32_t*>(state.data() + sizeof(Header));
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

bool ValueSet::insert(std::string_view value) {
  if (state_.size() == 0 || (header(state_).count + 1) * 2 > header(state_).capacity) grow_index();
  std::uint32_t* slot = find_slot(value);
  if (*slot != 0) return false;
  *slot = static_cast<std::uint32_t>(state_.size() - strings_start(state_)) + 1;
  ++header(state_).count;
  const auto size = static_cast<std::uint32_t>(value.size());
  state_.append(&size, sizeof size);
  state_.append(value.data(), size);
  return true;
}

/// The slot that holds `value`, or the free one where it belongs.
std::uint32_t* ValueSet::find_slot(std::string_view value) {
  const std::uint32_t mask = header(state_).capacity - 1;
  const std::size_t start = strings_start(state_);
  auto i = static_cast<std::uint32_t>(KeyEncoder::hash_of(value)) & mask;
  for (; slots(state_)[i] != 0; i = (i + 1) & mask)
    if (at(state_, start + slots(state_)[i] - 1) == value) break;
  return &slots(state_)[i];
}

/// Doubles the index; the strings move up, and are put into the index again.
void ValueSet::grow_index() {
  const bool is_new = state_.size() == 0;
  const std::uint32_t count = is_new ? 0 : header(state_).count;
  const std::uint32_t capacity = is_new ? kFirstCapacity : header(state_).capacity * 2;
  const std::size_t old_start = strings_start(state_);
  const std::size_t strings = state_.size() - old_start;
  const std::size_t start = index_size(capacity);
  state_.resize(static_cast<std::uint32_t>(start + strings));
  std::memmove(state_.data() + start, state_.data() + old_start, strings);
  std::memset(state_.data(), 0, start);
  header(state_) = {count, capacity};
  std::size_t position = start;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view value = at(state_, position);
    *find_slot(value) = static_cast<std::uint32_t>(position - start) + 1;
    position += sizeof(std::uint32_t) + value.size();
  }
}

}  // namespace millrace
