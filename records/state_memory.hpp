#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

/// Memory of growing states, in blocks of a few sizes. Small blocks come from lists of the calling thread,
/// which hands what it has too much of to the others: growing takes no lock and asks the system for pieces
/// only. Small blocks are kept for other states, not given back to the system. Safe to call from any thread; a
/// block may be released by another thread than the one that took it.
class StateMemory {
 public:
  /// The largest size that comes from the lists.
  static constexpr std::uint32_t kLargestBlock = 32 << 10;

  /// The size of the smallest block that holds so many bytes, at least 16.
  static std::uint32_t block_size(std::uint32_t bytes);
  /// An uninitialised block, aligned to 16. Requires: a size that `block_size` gives.
  static std::byte* allocate(std::uint32_t block_size);
  /// Takes back a block of that size.
  static void release(std::byte* block, std::uint32_t block_size);
};

}  // namespace millrace
