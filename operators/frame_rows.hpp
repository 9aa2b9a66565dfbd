#pragma once

#include "operators/frame_aggregate.hpp"
#include "records/state_bytes.hpp"

#include <cstring>
#include <utility>
#include <vector>

namespace millrace {

/// Row `row` of a column of whole numbers, booleans, dates or times. Requires: not NULL.
std::int64_t long_value(const Column& column, std::uint32_t row);

/// How one buffered row lies: its time, a bit for each argument that is not NULL, then the values.
/// Text and nested values are kept as a hash of 128 bits: they can only be told apart.
class FrameLayout {
 public:
  explicit FrameLayout(const FrameAggregateOptions& options);

  enum class Kind : std::uint8_t { None, Long, Double, Wide, Hash };
  struct Slot {
    Kind kind = Kind::None;
    std::uint32_t offset = 0;
  };
  const Slot& slot(std::size_t argument) const { return slots_[argument]; }
  std::uint32_t stride() const { return stride_; }

  /// Writes row `row` of the evaluated arguments (an empty one is never NULL).
  void write(std::byte* to, std::int64_t time, const std::vector<ColumnRef>& values,
             const std::vector<ColumnRef>& filters, std::uint32_t row) const;

 private:
  std::vector<Slot> slots_;
  std::uint32_t stride_ = 0;
};

/// The buffered rows of one key, by time and then in the order of arrival. Borrows both.
class FrameRows {
 public:
  FrameRows(const FrameLayout& layout, StateBytes& bytes) : layout_(layout), bytes_(bytes) {}

  std::uint32_t size() const { return bytes_.size() / layout_.stride(); }
  std::int64_t time(std::uint32_t i) const { return read<std::int64_t>(at(i)); }
  bool is_valid(std::uint32_t i, std::size_t argument) const {
    return (read<std::uint64_t>(at(i) + sizeof(std::int64_t)) >> argument) & 1;
  }
  /// Requires: valid, and the slot holds a T.
  template <class T>
  T value(std::uint32_t i, std::size_t argument) const {
    return read<T>(at(i) + layout_.slot(argument).offset);
  }
  /// Equal for equal values of the argument. Requires: valid.
  Int128 identity(std::uint32_t i, std::size_t argument) const;

  /// The first row whose time is `time` or more, or is more.
  std::uint32_t lower_bound(std::int64_t time) const;
  std::uint32_t upper_bound(std::int64_t time) const;

  /// Undefined bytes for a row behind all others, or in front of row i.
  std::byte* append() { return bytes_.extend(layout_.stride()); }
  std::byte* insert(std::uint32_t i);
  void drop_front(std::uint32_t count) { bytes_.drop_front(count * layout_.stride()); }

 private:
  template <class T>
  static T read(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  const std::byte* at(std::uint32_t i) const {
    return std::as_const(bytes_).data() + std::size_t{i} * layout_.stride();
  }

  const FrameLayout& layout_;
  StateBytes& bytes_;
};

}  // namespace millrace
