#include "records/memory.hpp"

#include <algorithm>

namespace millrace {

namespace {
constexpr std::size_t kFirstChunk = 4096;
constexpr std::size_t kLargestKept = std::size_t{4} << 20;
}  // namespace

void Buffer::grow(std::size_t bytes, std::size_t used) {
  const std::size_t capacity = std::max({bytes, capacity_ * 2, std::size_t{64}});
  auto grown = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (used != 0) std::memcpy(grown.get(), bytes_.get(), used);
  bytes_ = std::move(grown);
  capacity_ = capacity;
}

void Arena::add_chunk(std::size_t bytes) {
  const std::size_t last = chunks_.empty() ? kFirstChunk / 2 : chunks_.back().size;
  const std::size_t size = std::max(bytes, std::min(last * 2, kLargestKept));
  chunks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  next_ = chunks_.back().bytes.get();
  end_ = next_ + size;
}

void Arena::clear() {
  if (chunks_.empty()) return;
  auto largest = std::max_element(chunks_.begin(), chunks_.end(),
                                  [](const Chunk& a, const Chunk& b) { return a.size < b.size; });
  if (largest->size > kLargestKept) {
    chunks_.clear();
    next_ = end_ = nullptr;
    return;
  }
  std::swap(*largest, chunks_.front());
  chunks_.resize(1);
  next_ = chunks_.front().bytes.get();
  end_ = next_ + chunks_.front().size;
}

std::size_t Arena::allocated_bytes() const {
  std::size_t total = 0;
  for (const Chunk& chunk : chunks_) total += chunk.size;
  return total;
}

}  // namespace millrace
