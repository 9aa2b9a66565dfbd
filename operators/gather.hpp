#pragma once

#include <cstdint>
#include <span>

#include "records/record_batch.hpp"

namespace millrace {

/// In a list of rows to gather: a NULL instead of a row.
constexpr std::uint32_t kNullRow = UINT32_MAX;

/// A column with rows `rows` of `column`, in that order; rows may repeat. Bytes and elements of lists are
/// shared with `column`, not copied.
ColumnRef gather(RecordPool& pool, const ColumnRef& column, std::span<const std::uint32_t> rows);

}  // namespace millrace
