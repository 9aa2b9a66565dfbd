#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

/// What happened to one element of a state table.
/// Put: the fixed part of a value, new or changed. Remove: the whole entry. Append, DropFront,
/// Replace: bytes of growing part `part`; they make the entry where there is none.
enum class ChangeKind : std::uint8_t { Put = 1, Remove, Append, DropFront, Replace };

/// One change as the journal and base images hold it. `bytes`: Put: the value's fixed part; Append,
/// Replace: the bytes; DropFront: eight bytes, how many (little-endian); Remove: none. Views into
/// the log.
struct StateChange {
  ChangeKind kind{};
  std::uint8_t part = 0;
  std::string_view key;
  std::string_view bytes;
};

/// A piece of memory of a change log. Records never cross pieces; one that is larger has a piece of
/// its own.
struct ChangePiece {
  std::unique_ptr<std::byte[]> memory;
  std::uint32_t capacity = 0;
  std::uint32_t size = 0;
};

/// A log that is complete: the changes of one table between two markers, in order, encoded. Owned
/// by one thread at a time.
struct FrozenChanges {
  std::vector<ChangePiece> pieces;
  std::uint64_t num_bytes() const;
};

/// The changes of one table since the last marker, encoded as they happen, so that freezing them at
/// a marker is a swap. The first change of an entry in an epoch claims a place; later ones write
/// over it. A record is {u32 key size | kind << 28, u32 byte count | part << 28, key, bytes},
/// padded with zeros to 8 bytes, little-endian; keys and bytes are shorter than 256 MiB. Not
/// thread-safe.
class ChangeLog {
 public:
  /// Names a record. Good until `freeze`.
  struct Place {
    std::uint32_t number = 0;
  };

  ChangeLog() = default;
  ~ChangeLog();
  ChangeLog(const ChangeLog&) = delete;
  ChangeLog& operator=(const ChangeLog&) = delete;

  /// Adds a record whose bytes the caller writes at once: see `bytes_of`.
  Place append(ChangeKind kind, std::uint8_t part, std::string_view key, std::size_t count);
  /// Where the bytes of a record begin whose key has so many bytes.
  std::byte* bytes_of(Place place, std::size_t key_size) const {
    return record_at(place) + kUnit + key_size;
  }
  /// Turns a Put into a Remove of the same key.
  void make_remove(Place place);

  /// Takes what was logged and begins anew. Moves no bytes.
  FrozenChanges freeze();
  bool is_empty() const { return pieces_.empty(); }

  /// Gives memory back to the log it came from, so that the steady state allocates none. The one
  /// method that another thread may call.
  void recycle(FrozenChanges changes);

 private:
  // Records begin at a multiple of this many bytes; so long is the part before the key.
  static constexpr std::uint32_t kUnit = 8;
  // A place is the number of a piece and, in the low bits, the number of a unit in it.
  static constexpr std::uint32_t kUnitBits = 15;
  static constexpr std::uint32_t kPieceBytes = kUnit << kUnitBits;
  // The last number names no place: tables use it for a change that is not logged yet.
  static constexpr std::size_t kMaxPieces = (std::size_t{1} << (32 - kUnitBits)) - 1;

  std::byte* record_at(Place place) const {
    return pieces_[place.number >> kUnitBits].memory.get() +
           std::size_t{place.number & ((1u << kUnitBits) - 1)} * kUnit;
  }
  std::byte* claim(std::uint32_t size);
  void add_piece(std::uint32_t size);
  void take_returned();

  std::vector<ChangePiece> pieces_;
  std::vector<ChangePiece> spare_;
  // What `recycle` left and nobody has taken yet; owned.
  std::atomic<FrozenChanges*> returned_{nullptr};
};

/// Reads encoded changes one by one. None at the end, or at a record that cannot be (then
/// `is_damaged`).
class ChangeReader {
 public:
  explicit ChangeReader(std::string_view encoded) : rest_(encoded) {}
  std::optional<StateChange> next();
  bool is_damaged() const { return is_damaged_; }

 private:
  std::string_view rest_;
  bool is_damaged_ = false;
};

}  // namespace millrace
