#include "records/wide_integer.hpp"

namespace millrace {

namespace {

constexpr std::uint64_t low_half(UInt128 value) { return static_cast<std::uint64_t>(value); }
constexpr std::uint64_t high_half(UInt128 value) { return static_cast<std::uint64_t>(value >> 64); }

int bit_length(const UInt256& value) {
  const std::uint64_t parts[] = {high_half(value.high), low_half(value.high), high_half(value.low),
                                 low_half(value.low)};
  for (int i = 0; i < 4; ++i)
    if (parts[i] != 0) return 64 * (4 - i) - __builtin_clzll(parts[i]);
  return 0;
}

UInt256 shift_left(const UInt256& value, int bits) {
  if (bits == 0) return value;
  if (bits >= 128) return {value.low << (bits - 128), 0};
  return {(value.high << bits) | (value.low >> (128 - bits)), value.low << bits};
}

UInt256 halve(const UInt256& value) {
  return {value.high >> 1, (value.low >> 1) | (value.high << 127)};
}

}  // namespace

UInt256 multiply(UInt128 a, UInt128 b) {
  const UInt128 low = UInt128{low_half(a)} * low_half(b);
  const UInt128 cross = UInt128{high_half(a)} * low_half(b) + high_half(low);
  const UInt128 other = UInt128{low_half(a)} * high_half(b) + low_half(cross);
  UInt256 product;
  product.high = UInt128{high_half(a)} * high_half(b) + high_half(cross) + high_half(other);
  product.low = (other << 64) | low_half(low);
  return product;
}

bool multiply(const UInt256& a, UInt128 b, UInt256& product) {
  const UInt256 upper = multiply(a.high, b);
  if (upper.high != 0) return false;
  product = multiply(a.low, b);
  return !__builtin_add_overflow(product.high, upper.low, &product.high);
}

UInt256 add(const UInt256& a, const UInt256& b) {
  UInt256 sum;
  const bool carry = __builtin_add_overflow(a.low, b.low, &sum.low);
  sum.high = a.high + b.high + (carry ? 1 : 0);
  return sum;
}

UInt256 subtract(const UInt256& a, const UInt256& b) {
  UInt256 difference;
  const bool borrow = __builtin_sub_overflow(a.low, b.low, &difference.low);
  difference.high = a.high - b.high - (borrow ? 1 : 0);
  return difference;
}

Division divide(const UInt256& a, const UInt256& b) {
  if (a.high == 0 && b.high == 0) return {{0, a.low / b.low}, {0, a.low % b.low}};
  Division result{{}, a};
  int shift = bit_length(a) - bit_length(b);
  if (shift < 0) return result;
  UInt256 subtrahend = shift_left(b, shift);
  for (; shift >= 0; --shift, subtrahend = halve(subtrahend)) {
    if (result.remainder < subtrahend) continue;
    result.remainder = subtract(result.remainder, subtrahend);
    result.quotient = add(result.quotient, shift_left({0, 1}, shift));
  }
  return result;
}

}  // namespace millrace
