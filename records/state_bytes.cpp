#include "records/state_bytes.hpp"

#include "records/check.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

void StateBytes::resize(std::uint32_t size) {
  if (size > capacity_) {
    const std::uint64_t doubled = std::min<std::uint64_t>(std::uint64_t{capacity_} * 2, UINT32_MAX);
    const auto capacity = static_cast<std::uint32_t>(std::max<std::uint64_t>({doubled, size, 16}));
    auto grown = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (size_ != 0) std::memcpy(grown.get(), bytes_.get(), size_);
    bytes_ = std::move(grown);
    capacity_ = capacity;
  }
  size_ = size;
}

void StateBytes::append(const void* bytes, std::uint32_t count) {
  MILLRACE_CHECK(count <= UINT32_MAX - size_, "one state holds more than 4 GiB");
  const std::uint32_t start = size_;
  resize(start + count);
  if (count != 0) std::memcpy(bytes_.get() + start, bytes, count);
}

}  // namespace millrace
