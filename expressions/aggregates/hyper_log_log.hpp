#pragma once

#include <cstdint>

namespace millrace {

/// Estimates the number of distinct 64-bit hashes: HyperLogLog with 2^precision registers of one
/// byte. Small numbers are counted by empty registers up to the threshold that HyperLogLog++ gives
/// for the precision; above it by Ertl's estimator ("New cardinality estimation algorithms for
/// HyperLogLog sketches", 2017), which needs no table of biases.
class HyperLogLog {
 public:
  /// Requires: 4 <= precision <= 18.
  explicit HyperLogLog(int precision) : precision_(precision) {}
  /// The least precision whose relative standard deviation is at most `rsd`.
  static int precision_for(double rsd);

  std::uint32_t num_registers() const { return 1u << precision_; }
  /// `registers` is the state: zero bytes when empty.
  void add(std::uint8_t* registers, std::uint64_t hash) const;
  void merge(std::uint8_t* into, const std::uint8_t* from) const;
  std::int64_t estimate(const std::uint8_t* registers) const;

 private:
  double raw_estimate(const std::uint8_t* registers) const;

  const int precision_;
};

}  // namespace millrace
