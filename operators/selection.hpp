#pragma once

#include <cstdint>
#include <vector>

#include "records/column.hpp"

namespace millrace {

/// Replaces `kept` by those of `rows` whose value in a boolean column is true: neither false nor NULL.
inline void select_true(const Column& condition, Rows rows, std::vector<std::uint32_t>& kept) {
  kept.resize(rows.size());
  std::uint32_t* next = kept.data();
  const auto* values = condition.values<std::uint8_t>();
  const std::uint32_t mask = condition.index_mask();
  if (condition.type().is_null()) {
    kept.clear();
    return;
  }
  if (!condition.has_nulls()) {
    rows.for_each([&](std::uint32_t row) {
      *next = row;
      next += values[row & mask] != 0;
    });
  } else {
    rows.for_each([&](std::uint32_t row) {
      *next = row;
      next += static_cast<int>(values[row & mask] != 0) & static_cast<int>(!condition.is_null(row));
    });
  }
  kept.resize(static_cast<std::size_t>(next - kept.data()));
}

}  // namespace millrace
