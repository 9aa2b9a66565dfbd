#include "expressions/functions/bitmap.hpp"

#include <bit>

#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

namespace {

constexpr std::int64_t kNumBits = 8 * 4096;

std::int64_t bucket_number(std::int64_t value) {
  return value > 0 ? 1 + (value - 1) / kNumBits : value / kNumBits;
}

std::int64_t bit_position(std::int64_t value) {
  return value > 0 ? (value - 1) % kNumBits : -(value % kNumBits);
}

std::int64_t count_bits(std::string_view bitmap) {
  std::int64_t count = 0;
  for (const char byte : bitmap) count += std::popcount(static_cast<unsigned char>(byte));
  return count;
}

}  // namespace

void register_bitmap_functions(FunctionRegistry& registry) {
  FunctionGroup bitmaps(registry, "math");
  bitmaps.add<sql::Long(sql::Long)>("bitmap_bucket_number(n)", "Which bitmap a number is a bit of.",
                                    bucket_number);
  bitmaps.add<sql::Long(sql::Long)>("bitmap_bit_position(n)", "Which bit of its bitmap a number is.",
                                    bit_position);
  bitmaps.add<sql::Long(sql::Binary)>("bitmap_count(bitmap)", "Number of bits that are set.",
                                      count_bits);
}

}  // namespace millrace
