#include "expressions/functions/value_size.hpp"

namespace millrace {

bool has_room(const Arena& arena, std::size_t bytes) {
  constexpr std::size_t kShort = 64 << 10;
  if (bytes <= kShort) return true;
  return bytes <= kMaxTextBytes && arena.allocated_bytes() + bytes <= kMaxTextBytesOfBatch;
}

bool has_room(const ColumnRef& elements, std::uint64_t count) {
  return count <= kMaxElements && elements->size() + count <= kMaxElementsOfBatch;
}

bool is_small_enough(Column& elements) {
  if (elements.size() > kMaxElementsOfBatch) return false;
  if (elements.arena().allocated_bytes() > kMaxTextBytesOfBatch) return false;
  for (std::size_t c = 0; c < elements.num_children(); ++c)
    if (!is_small_enough(*elements.child(c))) return false;
  return true;
}

}  // namespace millrace
