#pragma once

#include <cstddef>
#include <type_traits>

#include "records/column.hpp"

namespace millrace::kernels {

// Spark's order of values: NaN is equal to itself and greatest, -0.0 = 0.0, strings and binary by
// unsigned bytes; inside arrays and structs NULL comes first and equals NULL.

template <class T>
constexpr bool less(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>)
    return (a < b) | ((b != b) & (a == a));
  else
    return a < b;
}
template <class T>
constexpr bool equal(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>)
    return (a == b) | ((a != a) & (b != b));
  else
    return a == b;
}

/// -1, 0 or 1 for two rows of columns of one type. Requires: neither row is NULL; no map inside.
int compare_values(const Column& a, std::size_t i, const Column& b, std::size_t j);
/// Same with NULL first and equal to NULL.
int compare_with_nulls(const Column& a, std::size_t i, const Column& b, std::size_t j);

}  // namespace millrace::kernels
