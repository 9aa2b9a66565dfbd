#pragma once

#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

/// Limits on what a batch of results may grow to beyond the limits of one value in
/// function_errors.hpp, so that counts out of hostile records end in an error and not in the
/// system's memory.
constexpr std::size_t kMaxElementsOfBatch = 4 * kMaxElements;
constexpr std::size_t kMaxTextBytesOfBatch = 4 * kMaxTextBytes;

/// Whether `arena` may take a text of `bytes` more. Short texts are let through without a look: the
/// number of rows bounds those.
bool has_room(const Arena& arena, std::size_t bytes);
/// Whether `count` may be appended to the elements of a list.
bool has_room(const ColumnRef& elements, std::uint64_t count);
/// Whether `elements` and everything nested in them is within the limits.
bool is_small_enough(Column& elements);

}  // namespace millrace
