#include "records/state_bytes.hpp"

#include "records/check.hpp"
#include "records/state_memory.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

static_assert(sizeof(StateBytes) == 32);

namespace {

/// Half as much again: little memory of large states lies idle.
std::uint32_t grown_capacity(std::uint32_t capacity, std::uint64_t size) {
  const std::uint64_t wanted = std::max<std::uint64_t>(size, std::uint64_t{capacity} * 3 / 2);
  return StateMemory::block_size(static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, INT32_MAX)));
}

}  // namespace

/// Makes room for `size` bytes: moves them to the front where that frees half the memory.
void StateBytes::make_room(std::uint64_t size) {
  if (size <= capacity_ / 2) {
    std::memmove(bytes_, bytes_ + start_, size_);
  } else {
    const std::uint32_t capacity = grown_capacity(capacity_, size);
    std::byte* grown = StateMemory::allocate(capacity);
    if (size_ != 0) std::memcpy(grown, bytes_ + start_, size_);
    release();
    bytes_ = grown;
    capacity_ = capacity;
  }
  start_ = 0;
}

void StateBytes::release() {
  if (capacity_ != 0) StateMemory::release(bytes_, capacity_);
}

std::byte* StateBytes::extend(std::uint32_t count) {
  const std::uint64_t size = std::uint64_t{size_} + count;
  MILLRACE_CHECK(size <= INT32_MAX, "one state holds more than 2 GiB");
  if (start_ + size > capacity_) make_room(size);
  std::byte* place = bytes_ + start_ + size_;
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
