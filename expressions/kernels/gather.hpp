#pragma once

#include <cstdint>
#include <vector>

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

/// Marks a row that has no source in `gather`.
inline constexpr std::uint32_t kNoRow = ~std::uint32_t{0};

/// A column whose row i is row `indices[i]` of `source`, NULL for kNoRow. Bytes and list elements
/// are shared with `source`, not copied.
ColumnRef gather(RecordPool& pool, const ColumnRef& source,
                 const std::vector<std::uint32_t>& indices);

}  // namespace millrace::kernels
