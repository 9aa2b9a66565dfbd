#include "operators/key_places.hpp"

#include <algorithm>

namespace millrace {

StateLayout KeyPlaces::layout(std::int64_t most) {
  if (most > kMostInValue)
    return {kPlacesAt + sizeof(StateBytes), {kRowsAt, kPlacesAt}};
  return {kPlacesAt + static_cast<std::size_t>(most) * sizeof(Place), {kRowsAt}};
}

void KeyPlaces::insert(std::uint32_t at, Place place) {
  if (!is_full()) {
    if (most_ > kMostInValue) far_places().extend(sizeof place);
    ++header().size;
  }
  const std::span<Place> all = this->all();
  std::move_backward(all.begin() + at, all.end() - 1, all.end());
  all[at] = place;
}

void KeyPlaces::drop_unused(std::string& scratch) {
  std::uint32_t used = 0;
  for (const Place& place : all())
    if (!place.is_in_batch()) used += place.size;
  if (num_bytes() - used <= used) return;
  scratch.clear();
  for (Place& place : all()) {
    if (place.is_in_batch()) continue;
    const auto offset = static_cast<std::uint32_t>(scratch.size());
    scratch.append(reinterpret_cast<const char*>(row(place)), place.size);
    place.offset = offset;
  }
  bytes().resize(0);
  bytes().append(scratch.data(), used);
}

}  // namespace millrace
