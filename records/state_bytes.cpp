#include "records/state_bytes.hpp"

#include "records/check.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

static_assert(sizeof(StateBytes) == 32);

/// Makes room for `size` bytes: moves them to the front where that frees half the memory.
void StateBytes::make_room(std::uint64_t size) {
  if (size <= capacity_ / 2) {
    std::memmove(bytes_.get(), bytes_.get() + start_, size_);
  } else {
    const std::uint64_t doubled = std::min<std::uint64_t>(std::uint64_t{capacity_} * 2, INT32_MAX);
    capacity_ = static_cast<std::uint32_t>(std::max<std::uint64_t>({doubled, size, 16}));
    auto grown = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    if (size_ != 0) std::memcpy(grown.get(), bytes_.get() + start_, size_);
    bytes_ = std::move(grown);
  }
  start_ = 0;
}

std::byte* StateBytes::extend(std::uint32_t count) {
  const std::uint64_t size = std::uint64_t{size_} + count;
  MILLRACE_CHECK(size <= INT32_MAX, "one state holds more than 2 GiB");
  if (start_ + size > capacity_) make_room(size);
  std::byte* place = bytes_.get() + start_ + size_;
  size_ += count;
  return place;
}

void StateBytes::append(const void* bytes, std::uint32_t count) {
  if (count != 0) std::memcpy(extend(count), bytes, count);
}

void StateBytes::drop_front(std::uint32_t count) {
  const std::uint32_t logged = std::min(count, logged_);
  // Dropped more than the log can say in one number: then it is told anew.
  if (std::uint64_t{dropped_} + logged > INT32_MAX) rewritten_ = true;
  dropped_ = (dropped_ + logged) & INT32_MAX;
  logged_ -= logged;
  size_ -= count;
  start_ = size_ == 0 ? 0 : start_ + count;
}

void StateBytes::resize(std::uint32_t size) {
  if (size > size_) extend(size - size_);
  if (size < logged_) rewritten_ = true;
  size_ = size;
}

void StateBytes::note_logged() {
  logged_ = size_;
  dropped_ = 0;
  rewritten_ = false;
}

std::int64_t StateBytes::take_growth() {
  const std::int64_t growth = std::int64_t{capacity_} - counted_;
  counted_ = capacity_;
  return growth;
}

}  // namespace millrace
