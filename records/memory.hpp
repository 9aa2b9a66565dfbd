#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace millrace {

/// Raw bytes that grow and keep their memory when reused. Not thread-safe.
class Buffer {
 public:
  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  std::size_t capacity() const { return capacity_; }

  /// Makes room for `bytes`; the first `used` bytes are kept.
  void reserve(std::size_t bytes, std::size_t used) {
    if (bytes > capacity_) [[unlikely]]
      grow(bytes, used);
  }

 private:
  void grow(std::size_t bytes, std::size_t used);

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t capacity_ = 0;
};

/// Bump allocator for string bytes. Addresses are stable until `clear`, which keeps one chunk of
/// memory for reuse. Not thread-safe.
class Arena {
 public:
  /// Copies `text`; the view returned lives until `clear`.
  std::string_view copy(std::string_view text) {
    char* place = allocate(text.size());
    if (!text.empty()) std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }
  /// Room for `bytes` characters, uninitialised.
  char* allocate(std::size_t bytes) {
    if (bytes > static_cast<std::size_t>(end_ - next_)) [[unlikely]]
      add_chunk(bytes);
    char* place = next_;
    next_ += bytes;
    return place;
  }
  /// Gives back the last `bytes` of the latest `allocate`.
  void give_back(std::size_t bytes) { next_ -= bytes; }
  void clear();
  std::size_t allocated_bytes() const;

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  void add_chunk(std::size_t bytes);

  std::vector<Chunk> chunks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace millrace
