#include "checkpoint/state_map.hpp"

#include "records/check.hpp"
#include "records/key_encoding.hpp"

#include <cstdlib>
#include <cstring>

namespace millrace {

namespace {

constexpr std::uint32_t kFirstCapacity = 4;

bool order_is_less(const MapElement& element, std::int64_t order) { return element.order < order; }
bool is_less_than_order(std::int64_t order, const MapElement& element) {
  return order < element.order;
}

}  // namespace

std::span<const MapElement> MapElements::range(std::int64_t from, std::int64_t to) const {
  const std::span<const MapElement> elements = all();
  auto begin = std::lower_bound(elements.begin(), elements.end(), from, order_is_less);
  auto end = std::upper_bound(begin, elements.end(), to, is_less_than_order);
  return {begin, end};
}

/// Moves what lies behind `position` up, or what lies before it down, whichever is less; gives the
/// place.
MapElement* MapElements::make_room(std::size_t position) {
  if (first_ > 0 && position < count_ / 2) {
    --first_;
    std::memmove(data() + first_, data() + first_ + 1, position * sizeof(MapElement));
  } else {
    reserve_one();
    MapElement* place = data() + first_ + position;
    std::memmove(place + 1, place, (count_ - position) * sizeof(MapElement));
  }
  ++count_;
  return data() + first_ + position;
}

/// Makes sure that one more fits behind the last.
void MapElements::reserve_one() {
  const std::uint32_t capacity = many_ == nullptr ? 1 : capacity_;
  if (first_ + count_ < capacity) return;
  if (first_ > capacity / 2) {
    std::memmove(data(), data() + first_, count_ * sizeof(MapElement));
  } else {
    capacity_ = std::max(kFirstCapacity, capacity * 2);
    auto* grown = static_cast<MapElement*>(std::malloc(capacity_ * sizeof(MapElement)));
    MILLRACE_CHECK(grown != nullptr, "out of memory for a state map");
    std::memcpy(grown, data() + first_, count_ * sizeof(MapElement));
    std::free(many_);
    many_ = grown;
  }
  first_ = 0;
}

void MapElements::remove(std::size_t position) {
  MapElement* place = data() + first_ + position;
  if (position < count_ / 2) {
    std::memmove(data() + first_ + 1, data() + first_, position * sizeof(MapElement));
    ++first_;
  } else {
    std::memmove(place, place + 1, (count_ - position - 1) * sizeof(MapElement));
  }
  if (--count_ == 0) first_ = 0;
}

StateMap::StateMap(StateLayout element, MapEviction eviction)
    : table_([&] {
        element.sub_key_size = sizeof(SubKey);
        return std::move(element);
      }()),
      eviction_(eviction),
      keys_({sizeof(MapElements), {}}) {}

StateMap::~StateMap() { drop_all_keys(); }

void StateMap::drop_all_keys() {
  StateTable::Cursor cursor;
  while (std::byte* key = keys_.next(cursor)) std::free(at(key).many_);
  keys_.clear();
  timers_.clear();
  num_empty_keys_ = 0;
  order_bytes_ = 0;
}

MapElements* StateMap::find(std::string_view key, std::uint64_t hash) const {
  std::byte* found = keys_.find(key, hash);
  return found == nullptr || at(found).size() == 0 ? nullptr : &at(found);
}

void StateMap::find_batch(std::span<const std::string_view> keys,
                          std::span<const std::uint64_t> hashes, MapElements** found) const {
  keys_.find_batch(keys, hashes, [&](std::size_t k, std::byte* value) {
    found[k] = value == nullptr || at(value).size() == 0 ? nullptr : &at(value);
  });
}

std::byte* StateMap::insert(std::string_view key, std::uint64_t hash, std::int64_t order) {
  MapElements& elements = at(keys_.find_or_insert(key, hash));
  if (elements.count_ == 0 && elements.num_timers_ != 0) --num_empty_keys_;
  const SubKey sub_key{order, elements.next_sequence_++};
  element_key_.assign(key);
  element_key_.append(reinterpret_cast<const char*>(&sub_key), sizeof sub_key);
  std::byte* value = table_.find_or_insert(element_key_, table_.hash_of_key(element_key_, hash));
  add(elements, {order, value});
  set_timer(elements);
  return value;
}

void StateMap::add(MapElements& elements, MapElement element) {
  const auto all = elements.all();
  const bool is_last = all.empty() || all.back().order <= element.order;
  auto behind = is_last
                    ? all.end()
                    : std::upper_bound(all.begin(), all.end(), element.order, is_less_than_order);
  const std::size_t before = elements.memory();
  *elements.make_room(static_cast<std::size_t>(behind - all.begin())) = element;
  order_bytes_ += elements.memory() - before;
}

void StateMap::erase(std::byte* element) {
  const std::string_view key = key_of(element);
  MapElements& elements = at(keys_.find(key, KeyEncoder::hash_of(key)));
  const auto all = elements.all();
  auto place = std::lower_bound(all.begin(), all.end(), order_of(element), order_is_less);
  while (place->value != element) ++place;
  elements.remove(static_cast<std::size_t>(place - all.begin()));
  table_.erase(element);
  settle(elements, KeyWas::Used);
}

void StateMap::drop_front(MapElements& elements, std::size_t count) {
  const KeyWas was = elements.count_ == 0 ? KeyWas::Empty : KeyWas::Used;
  for (const MapElement& element : elements.all().first(count)) table_.erase(element.value);
  elements.count_ -= static_cast<std::uint32_t>(count);
  elements.first_ = elements.count_ == 0 ? 0 : elements.first_ + static_cast<std::uint32_t>(count);
  settle(elements, was);
}

/// After elements went: forgets a key without elements, but not before its timers have come.
void StateMap::settle(MapElements& elements, KeyWas was) {
  if (elements.count_ != 0) return set_timer(elements);
  if (elements.num_timers_ != 0) {
    if (was == KeyWas::Used) ++num_empty_keys_;
    return;
  }
  if (was == KeyWas::Empty) --num_empty_keys_;
  order_bytes_ -= elements.memory();
  std::free(elements.many_);
  keys_.erase(reinterpret_cast<std::byte*>(&elements));
}

/// Makes sure that the key has a timer for its first element, or an earlier one.
void StateMap::set_timer(MapElements& elements) {
  if (eviction_ == MapEviction::None) return;
  const std::int64_t order = elements.all().front().order;
  if (elements.num_timers_ != 0 && elements.due_ <= order) return;
  timers_.add(order, reinterpret_cast<std::byte*>(&elements));
  ++elements.num_timers_;
  elements.due_ = order;
}

/// A key that may have elements due at `limit`. The caller drops some or none of them with
/// `drop_front`.
MapElements* StateMap::take_due(std::int64_t limit) {
  std::byte* key = timers_.take_due(limit);
  if (key == nullptr) return nullptr;
  --at(key).num_timers_;
  at(key).due_ = std::numeric_limits<std::int64_t>::max();
  return &at(key);
}

StateMap::SubKey StateMap::sub_key_of(const std::byte* element) {
  const std::string_view key = StateTable::key_of(element);
  SubKey sub_key{};
  std::memcpy(&sub_key, key.data() + key.size() - sizeof sub_key, sizeof sub_key);
  return sub_key;
}

std::int64_t StateMap::order_of(const std::byte* element) { return sub_key_of(element).order; }

std::string_view StateMap::key_of(const std::byte* element) {
  std::string_view key = StateTable::key_of(element);
  key.remove_suffix(sizeof(SubKey));
  return key;
}

std::size_t StateMap::bytes_used() const {
  return table_.bytes_used() + keys_.bytes_used() + order_bytes_;
}

void StateMap::rebuild() {
  drop_all_keys();
  StateTable::Cursor cursor;
  while (std::byte* element = table_.next(cursor)) {
    const std::string_view key = key_of(element);
    MapElements& elements = at(keys_.find_or_insert(key, KeyEncoder::hash_of(key)));
    const SubKey sub_key = sub_key_of(element);
    elements.next_sequence_ = std::max(elements.next_sequence_, sub_key.sequence + 1);
    const std::size_t before = elements.memory();
    *elements.make_room(elements.size()) = {sub_key.order, element};
    order_bytes_ += elements.memory() - before;
  }
  auto is_before = [](const MapElement& a, const MapElement& b) {
    return a.order != b.order ? a.order < b.order
                              : sub_key_of(a.value).sequence < sub_key_of(b.value).sequence;
  };
  for (StateTable::Cursor next; std::byte* key = keys_.next(next);) {
    MapElements& elements = at(key);
    std::sort(elements.data(), elements.data() + elements.size(), is_before);
    set_timer(elements);
  }
}

}  // namespace millrace
