#include "records/state_memory.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace millrace {

namespace {

// Sizes: sixteen bytes apart up to 128, from there four in each doubling.
constexpr std::uint32_t kStep = 16;
constexpr std::uint32_t kEvenTo = 128;
constexpr std::size_t kNumEven = kEvenTo / kStep;
constexpr int kEvenBits = std::bit_width(kEvenTo);
constexpr std::size_t kNumSizes =
    kNumEven + 4 * static_cast<std::size_t>(std::bit_width(StateMemory::kLargestBlock) - kEvenBits);
constexpr std::size_t kPieceBytes = 1 << 20;
// Bytes of a full list. A thread keeps one that is full and one that is not; further full ones go to the others.
constexpr std::size_t kFullList = 128 << 10;

std::size_t list_of(std::uint32_t bytes) {
  if (bytes <= kEvenTo) return bytes == 0 ? 0 : (bytes - 1) / kStep;
  const int bit = std::bit_width(bytes - 1);
  const std::uint32_t quarter = (bytes - 1 - (1u << (bit - 1))) >> (bit - 3);
  return kNumEven + 4 * static_cast<std::size_t>(bit - kEvenBits) + quarter;
}

std::uint32_t size_of_list(std::size_t list) {
  if (list < kNumEven) return kStep * static_cast<std::uint32_t>(list + 1);
  const int bit = kEvenBits + static_cast<int>((list - kNumEven) / 4);
  return (1u << (bit - 1)) + (static_cast<std::uint32_t>((list - kNumEven) % 4 + 1) << (bit - 3));
}

/// A free block.
struct Block {
  Block* next;
};

/// Free blocks of one size.
struct BlockList {
  Block* first = nullptr;
  std::size_t count = 0;

  void push(std::byte* memory) {
    first = new (memory) Block{first};
    ++count;
  }
  std::byte* pop() {
    --count;
    return reinterpret_cast<std::byte*>(std::exchange(first, first->next));
  }
};

/// What threads hand to each other, and all memory that the blocks were cut from. Never destroyed: states may be
/// released at the very end of the program.
class SharedBlocks {
 public:
  static SharedBlocks& instance() {
    static SharedBlocks& shared = *new SharedBlocks;
    return shared;
  }
  void give(std::size_t list, BlockList blocks) {
    const std::lock_guard lock(mutex_);
    lists_[list].push_back(blocks);
  }
  BlockList take(std::size_t list) {
    const std::lock_guard lock(mutex_);
    if (lists_[list].empty()) return {};
    const BlockList blocks = lists_[list].back();
    lists_[list].pop_back();
    return blocks;
  }
  std::byte* new_piece() {
    const std::lock_guard lock(mutex_);
    return pieces_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(kPieceBytes)).get();
  }

 private:
  std::mutex mutex_;
  std::array<std::vector<BlockList>, kNumSizes> lists_;
  std::vector<std::unique_ptr<std::byte[]>> pieces_;
};

/// The lists of one thread and the piece from which it cuts blocks.
class ThreadBlocks {
 public:
  ThreadBlocks() = default;
  ThreadBlocks(const ThreadBlocks&) = delete;
  ThreadBlocks& operator=(const ThreadBlocks&) = delete;
  ~ThreadBlocks() {
    cut_rest();
    for (std::size_t list = 0; list < kNumSizes; ++list) {
      give(list, lists_[list]);
      give(list, full_[list]);
    }
  }

  std::byte* allocate(std::uint32_t bytes) {
    const std::size_t list = list_of(bytes);
    if (lists_[list].first == nullptr && !refill(list)) return cut(bytes);
    return lists_[list].pop();
  }
  void release(std::byte* block, std::uint32_t bytes) {
    const std::size_t list = list_of(bytes);
    lists_[list].push(block);
    if (lists_[list].count * bytes < kFullList) return;
    give(list, full_[list]);
    full_[list] = std::exchange(lists_[list], {});
  }

 private:
  static void give(std::size_t list, BlockList& blocks) {
    if (blocks.count != 0) SharedBlocks::instance().give(list, std::exchange(blocks, {}));
  }
  bool refill(std::size_t list) {
    lists_[list] = std::exchange(full_[list], {});
    if (lists_[list].count == 0) lists_[list] = SharedBlocks::instance().take(list);
    return lists_[list].count != 0;
  }
  std::byte* cut(std::uint32_t bytes) {
    if (left_ < bytes) {
      cut_rest();
      next_ = SharedBlocks::instance().new_piece();
      left_ = kPieceBytes;
    }
    return take(bytes);
  }
  /// Puts what is left of the piece into the lists.
  void cut_rest() {
    while (left_ != 0) {
      std::size_t list = list_of(std::min(static_cast<std::uint32_t>(left_), StateMemory::kLargestBlock));
      if (size_of_list(list) > left_) --list;
      lists_[list].push(take(size_of_list(list)));
    }
  }
  std::byte* take(std::size_t bytes) {
    left_ -= bytes;
    return std::exchange(next_, next_ + bytes);
  }

  std::array<BlockList, kNumSizes> lists_{};
  // Lists to use when those are empty.
  std::array<BlockList, kNumSizes> full_{};
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

ThreadBlocks& blocks_of_thread() {
  thread_local ThreadBlocks blocks;
  return blocks;
}

}  // namespace

std::uint32_t StateMemory::block_size(std::uint32_t bytes) {
  return bytes > kLargestBlock ? bytes : size_of_list(list_of(bytes));
}

std::byte* StateMemory::allocate(std::uint32_t block_size) {
  if (block_size > kLargestBlock) return static_cast<std::byte*>(operator new(block_size));
  return blocks_of_thread().allocate(block_size);
}

void StateMemory::release(std::byte* block, std::uint32_t block_size) {
  if (block_size > kLargestBlock) return operator delete(block, block_size);
  blocks_of_thread().release(block, block_size);
}

}  // namespace millrace
