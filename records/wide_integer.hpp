#pragma once

#include "records/type.hpp"

namespace millrace {

__extension__ typedef unsigned __int128 UInt128;

/// Unsigned 256-bit number: what products and quotients of decimals pass through. Only what
/// `decimal.cpp` needs; Int128 paths stand in front of it.
struct UInt256 {
  UInt128 high = 0;
  UInt128 low = 0;

  bool operator==(const UInt256&) const = default;
  bool operator<(const UInt256& other) const {
    return high != other.high ? high < other.high : low < other.low;
  }
};

/// Magnitude; the smallest Int128 is fine.
constexpr UInt128 magnitude(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

UInt256 multiply(UInt128 a, UInt128 b);
/// False when the product has more than 256 bits.
bool multiply(const UInt256& a, UInt128 b, UInt256& product);
UInt256 add(const UInt256& a, const UInt256& b);
/// Requires: a >= b.
UInt256 subtract(const UInt256& a, const UInt256& b);

struct Division {
  UInt256 quotient;
  UInt256 remainder;
};
/// Requires: b is not 0.
Division divide(const UInt256& a, const UInt256& b);

}  // namespace millrace
