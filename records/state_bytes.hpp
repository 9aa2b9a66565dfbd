#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

/// Bytes of one state that may grow; owned by a state table. Knows what a checkpoint does not know
/// yet of it, so that an element put at the end costs only its own bytes there. Addresses change on
/// growth. Not thread-safe.
class StateBytes {
 public:
  StateBytes() = default;
  StateBytes(const StateBytes&) = delete;
  StateBytes& operator=(const StateBytes&) = delete;
  ~StateBytes() { release(); }

  const std::byte* data() const { return bytes_ + start_; }
  /// Bytes to change in place: all of them count as changed then.
  std::byte* data() {
    rewritten_ = true;
    return bytes_ + start_;
  }
  std::uint32_t size() const { return size_; }
  std::uint32_t capacity() const { return capacity_; }

  /// Adds `count` undefined bytes at the end and gives their place; capacity grows by half.
  std::byte* extend(std::uint32_t count);
  /// Adds `count` bytes at the end. Requires: `bytes` do not lie in this state.
  void append(const void* bytes, std::uint32_t count);
  /// Removes the first `count` bytes: O(1), amortised. Requires: count <= size().
  void drop_front(std::uint32_t count);
  /// Keeps the first min(old, new) bytes; new bytes are undefined.
  void resize(std::uint32_t size);

  // For the state table.

  /// What happened since the last `note_logged`: bytes dropped, then bytes added behind the rest;
  /// or anything at all (`rewritten`).
  struct Changes {
    bool rewritten = false;
    std::uint32_t dropped = 0;
    std::uint32_t kept = 0;
  };
  Changes changes() const { return {rewritten_ != 0, dropped_, logged_}; }
  void note_logged();
  /// By how much the memory grew since the last call.
  std::int64_t take_growth();

 private:
  void make_room(std::uint64_t size);
  void release();

  // A block of `StateMemory` of `capacity_` bytes; none where that is 0.
  std::byte* bytes_ = nullptr;
  std::uint32_t start_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  // What `take_growth` has told.
  std::uint32_t counted_ = 0;
  // How many of the first bytes are in the log as they are, and how many before them are no more.
  std::uint32_t logged_ = 0;
  std::uint32_t dropped_ : 31 = 0;
  std::uint32_t rewritten_ : 1 = 0;
};

}  // namespace millrace
