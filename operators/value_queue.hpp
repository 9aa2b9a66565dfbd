#pragma once

#include "records/column.hpp"
#include "records/state_bytes.hpp"

#include <vector>

namespace millrace {

/// Values, or rows of values, one behind the other in a growing state: in at the end, out at the
/// front. Borrows the bytes. The types of what goes in and out are the caller's to keep.
class ValueQueue {
 public:
  explicit ValueQueue(StateBytes& bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.size() == 0; }
  void push(const Column& column, std::uint32_t row);
  /// Row `row` of all columns as one element.
  void push(const std::vector<ColumnRef>& columns, std::uint32_t row);
  /// Appends the first element to the columns; it stays. Requires: !empty().
  void read_front(const ColumnRef* columns, std::size_t count) const;
  void drop_front();
  /// `read_front`, then `drop_front`.
  void pop(const ColumnRef* columns, std::size_t count) {
    read_front(columns, count);
    drop_front();
  }

 private:
  StateBytes& bytes_;
};

}  // namespace millrace
