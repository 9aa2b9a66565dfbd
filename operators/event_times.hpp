#pragma once

#include "records/column.hpp"

namespace millrace {

/// The event times of a column: a timestamp, or a window (struct), whose time is its end. Borrows
/// it.
class EventTimes {
 public:
  explicit EventTimes(const Column& column)
      : column_(column),
        times_(column.type().kind() == TypeKind::Struct ? *column.child(1) : column) {}

  bool is_null(std::uint32_t row) const { return column_.is_null(row) || times_.is_null(at(row)); }
  /// Microseconds. Requires: !is_null(row).
  std::int64_t operator[](std::uint32_t row) const { return times_.at<std::int64_t>(at(row)); }

 private:
  std::uint32_t at(std::uint32_t row) const { return row & column_.index_mask(); }

  const Column& column_;
  const Column& times_;
};

}  // namespace millrace
