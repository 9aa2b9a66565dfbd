#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace millrace {

/// Bytes of one state that may grow; owned by a state table, addresses of `bytes` change on resize.
/// Not thread-safe.
class StateBytes {
 public:
  const std::byte* data() const { return bytes_.get(); }
  std::byte* data() { return bytes_.get(); }
  std::uint32_t size() const { return size_; }
  std::uint32_t capacity() const { return capacity_; }
  /// Keeps the first min(old, new) bytes; new bytes are undefined; capacity doubles.
  void resize(std::uint32_t size);
  /// Adds `count` bytes at the end. Requires: `bytes` do not lie in this state.
  void append(const void* bytes, std::uint32_t count);

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace millrace
