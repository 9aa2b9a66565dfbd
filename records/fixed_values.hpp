#pragma once

#include "records/type.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace millrace {

/// True when every value lies in `Column::values` in full: no bytes elsewhere, no children.
inline bool is_fixed_width(const DataType& type) {
  return type.width() != 0 && !type.is_bytes() && !type.is_nested();
}

/// One bit pattern for values that group as equal: one NaN, and 0.0 for -0.0.
template <class T>
T canonical(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
    return value == 0 ? T{0} : value;
  } else {
    return value;
  }
}

/// Calls f with a null pointer to the C++ type that has the width and equality of a fixed-width
/// type.
template <class F>
void with_fixed_type(const DataType& type, F&& f) {
  if (type.kind() == TypeKind::Float) return f(static_cast<float*>(nullptr));
  if (type.kind() == TypeKind::Double) return f(static_cast<double*>(nullptr));
  switch (type.width()) {
    case 1: return f(static_cast<std::uint8_t*>(nullptr));
    case 2: return f(static_cast<std::uint16_t*>(nullptr));
    case 4: return f(static_cast<std::uint32_t*>(nullptr));
    case 8: return f(static_cast<std::uint64_t*>(nullptr));
    default: return f(static_cast<Int128*>(nullptr));
  }
}

}  // namespace millrace
