#pragma once

#include <bit>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace millrace::bench {

/// Counts of durations in nanoseconds, 1 ns to 68 s, with three significant digits (log-linear buckets, as
/// HdrHistogram has them). Not thread-safe.
class Histogram {
 public:
  void add(std::int64_t ns, std::int64_t count = 1) {
    counts_[bucket_of(ns)] += count;
    count_ += count;
  }
  void merge(const Histogram& other);
  std::int64_t count() const { return count_; }
  /// Smallest duration that at least `quantile` (0 to 1) of all are not above; 0 when empty.
  std::int64_t at_quantile(double quantile) const;

  /// `[[ns, count], ...]`, every bucket that is not empty: nothing but the bucket's width is lost.
  nlohmann::json dump() const;

 private:
  static constexpr int kSubBits = 10;
  static constexpr int kTopBit = 35;
  static constexpr std::size_t kBuckets = (kTopBit - kSubBits + 2) << kSubBits;

  static std::size_t bucket_of(std::int64_t ns) {
    const std::uint64_t value = ns < 1 ? 1 : static_cast<std::uint64_t>(ns);
    const int top = 63 - std::countl_zero(value);
    if (top < kSubBits) return value;
    if (top > kTopBit) return kBuckets - 1;
    const int shift = top - kSubBits;
    return (static_cast<std::size_t>(shift + 1) << kSubBits) +
           ((value >> shift) & ((1u << kSubBits) - 1));
  }
  static std::int64_t upper_bound_of(std::size_t bucket);

  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(kBuckets);
  std::int64_t count_ = 0;
};

/// Latencies of all records, and of those that were due while no other program held a core.
class Latencies {
 public:
  void add(std::int64_t ns, bool is_calm) {
    all_.add(ns);
    if (is_calm) calm_.add(ns);
  }
  const Histogram& all() const { return all_; }
  const Histogram& calm() const { return calm_; }
  double calm_share() const;
  /// Whether a quantile may be taken of the calm ones alone: they are a twentieth at least, and five of them
  /// or more lie above it.
  bool is_calm_enough(double quantile) const;
  const Histogram& judged(double quantile) const {
    return is_calm_enough(quantile) ? calm_ : all_;
  }

 private:
  Histogram all_, calm_;
};

/// How a quantile of `above` compares with that of `below`, both of calm records or both of all; 0 when one
/// is empty.
double ratio_of(const Latencies& above, const Latencies& below, double quantile);

}  // namespace millrace::bench
