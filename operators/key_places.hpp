#pragma once

#include "checkpoint/state_table.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace millrace {

/// One place of a key of which the first rows are kept.
struct Place {
  /// The first eight bytes of the row's sort key, as a number that orders as they do.
  std::uint64_t prefix = 0;
  /// Where the row begins in the bytes of its key; of a row that is still in a batch: kInBatch + its number there.
  std::uint32_t offset = 0;
  /// Bytes of a row that is kept.
  std::uint32_t size = 0;

  static constexpr std::uint32_t kInBatch = 1u << 31;
  bool is_in_batch() const { return offset >= kInBatch; }
};

/// The state of one key: its places in order, and the bytes of their rows, which stay where they are when a row moves
/// to another place. Borrows a value of a state table of `layout`. Not thread-safe.
class KeyPlaces {
 public:
  /// For at most so many places a key.
  static StateLayout layout(std::int64_t most);
  KeyPlaces(std::byte* value, std::int64_t most) : value_(value), most_(most) {}

  /// A number of the caller's own.
  std::uint32_t& tag() { return header().tag; }
  std::uint32_t size() const { return header().size; }
  bool is_full() const { return size() >= most_; }
  std::span<Place> all() { return {places(), size()}; }
  /// The places from `at` on move down one; the last one goes when there is no room for it.
  void insert(std::uint32_t at, Place place);

  const std::byte* row(const Place& place) const { return std::as_const(bytes()).data() + place.offset; }
  std::uint32_t num_bytes() const { return bytes().size(); }
  /// Room for the bytes of more rows, behind the others.
  std::byte* extend(std::uint32_t count) { return bytes().extend(count); }
  /// Frees the bytes of rows that have no place any more, once they are the greater part. `scratch` is overwritten.
  void drop_unused(std::string& scratch);

 private:
  struct Header {
    std::uint32_t size;
    std::uint32_t tag;
  };
  // Behind the header: the rows' bytes, then so few places lie in the value itself, more in bytes of their own.
  static constexpr std::size_t kRowsAt = sizeof(Header);
  static constexpr std::size_t kPlacesAt = kRowsAt + sizeof(StateBytes);
  static constexpr std::int64_t kMostInValue = 16;

  Header& header() const { return *reinterpret_cast<Header*>(value_); }
  StateBytes& bytes() const { return *reinterpret_cast<StateBytes*>(value_ + kRowsAt); }
  StateBytes& far_places() const { return *reinterpret_cast<StateBytes*>(value_ + kPlacesAt); }
  Place* places() const {
    return reinterpret_cast<Place*>(most_ <= kMostInValue ? value_ + kPlacesAt : far_places().data());
  }

  std::byte* const value_;
  const std::int64_t most_;
};

}  // namespace millrace
