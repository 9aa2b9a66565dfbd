#include "operators/keyed_cells.hpp"

#include "records/key_encoding.hpp"
#include "records/state_bytes.hpp"

namespace millrace {

namespace {

/// The fixed part of an element; sub-key and value lie behind it, one after the other.
struct CellHeader {
  /// Processing time at which it was written, microseconds.
  std::int64_t written;
  std::uint64_t sub_key_size;
};
constexpr std::size_t kBytesOffset = sizeof(CellHeader);

StateLayout cell_layout() {
  StateLayout layout;
  layout.value_size = kBytesOffset + (sizeof(StateBytes) + 15) / 16 * 16;
  layout.growing = {kBytesOffset};
  return layout;
}

CellHeader& header_of(std::byte* element) { return *reinterpret_cast<CellHeader*>(element); }
const CellHeader& header_of(const std::byte* element) {
  return *reinterpret_cast<const CellHeader*>(element);
}
StateBytes& bytes_of(std::byte* element) {
  return *reinterpret_cast<StateBytes*>(element + kBytesOffset);
}

std::string_view text_of(const StateBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::string_view sub_key_of(std::byte* element) {
  return text_of(bytes_of(element)).substr(0, header_of(element).sub_key_size);
}
std::string_view value_of(std::byte* element) {
  return text_of(bytes_of(element)).substr(header_of(element).sub_key_size);
}

/// Elements of one sub-key stand beside each other; those without one keep the order of arrival.
std::int64_t order_of(std::string_view sub_key) {
  return sub_key.empty() ? 0 : static_cast<std::int64_t>(KeyEncoder::hash_of(sub_key));
}

}  // namespace

KeyedCells::KeyedCells(const CurrentKey& current, std::int64_t ttl)
    : current_(current), ttl_(ttl), map_(cell_layout()) {}

bool KeyedCells::is_over(const std::byte* element, std::int64_t now) const {
  return ttl_ > 0 && header_of(element).written + ttl_ <= now;
}

std::byte* KeyedCells::find(std::string_view sub_key) const {
  const MapElements* all = elements();
  if (all == nullptr) return nullptr;
  const std::int64_t order = order_of(sub_key);
  for (const MapElement& element : all->range(order, order))
    if (sub_key_of(element.value) == sub_key) return element.value;
  return nullptr;
}

std::optional<std::string_view> KeyedCells::get(std::string_view sub_key) {
  std::byte* element = find(sub_key);
  if (element == nullptr || is_over(element, current_.now)) return std::nullopt;
  return value_of(element);
}

void KeyedCells::put(std::string_view sub_key, std::string_view bytes) {
  std::byte* element = find(sub_key);
  if (element == nullptr) element = map_.insert(current_.key, current_.hash, order_of(sub_key));
  write(element, sub_key, bytes);
}

void KeyedCells::append(std::string_view bytes) {
  write(map_.insert(current_.key, current_.hash, 0), {}, bytes);
}

void KeyedCells::write(std::byte* element, std::string_view sub_key, std::string_view bytes) {
  header_of(element) = {current_.now, sub_key.size()};
  StateBytes& stored = bytes_of(element);
  stored.resize(0);
  stored.append(sub_key.data(), static_cast<std::uint32_t>(sub_key.size()));
  stored.append(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  map_.changed(element);
}

void KeyedCells::remove(std::string_view sub_key) {
  if (std::byte* element = find(sub_key)) map_.erase(element);
}

void KeyedCells::clear() {
  if (MapElements* all = elements()) map_.drop_front(*all, all->size());
}

void KeyedCells::each(const std::function<void(std::string_view, std::string_view)>& visit) {
  const MapElements* all = elements();
  if (all == nullptr) return;
  for (const MapElement& element : all->all())
    if (!is_over(element.value, current_.now))
      visit(sub_key_of(element.value), value_of(element.value));
}

void KeyedCells::sweep(std::size_t most, std::int64_t now) {
  if (ttl_ == 0) return;
  for (std::size_t i = 0; i < most; ++i) {
    std::byte* element = map_.table().next(swept_);
    if (element == nullptr) {
      swept_ = {};
      return;
    }
    if (is_over(element, now)) map_.erase(element);
  }
}

}  // namespace millrace
