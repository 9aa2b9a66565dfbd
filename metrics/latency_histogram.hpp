#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

namespace millrace {

/// Counts of durations in nanoseconds, 1 ns to 68 s, with a relative error below 1/32 (log-linear, in the
/// manner of HdrHistogram). One thread adds, any thread reads; nothing is allocated.
class LatencyHistogram {
 public:
  static constexpr int kSubBits = 5;
  static constexpr int kBuckets = (36 - kSubBits + 1) << kSubBits;

  /// Adds `count` durations of `ns` each. Only the owning thread may call it.
  void add(std::int64_t ns, std::int64_t count = 1) {
    std::atomic<std::int64_t>& cell = counts_[static_cast<std::size_t>(bucket_of(ns))];
    cell.store(cell.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::int64_t count() const;
  /// Smallest duration that at least `quantile` (0 to 1) of all are not above; 0 when empty.
  std::int64_t at_quantile(double quantile) const;
  /// Adds all that `other` holds. Requires: the caller is the owning thread of this one.
  void merge(const LatencyHistogram& other);

 private:
  static int bucket_of(std::int64_t ns) {
    const std::uint64_t value = ns < 1 ? 1 : static_cast<std::uint64_t>(ns);
    const int top = 63 - std::countl_zero(value);
    if (top < kSubBits) return static_cast<int>(value);
    if (top > 35) return kBuckets - 1;
    const int shift = top - kSubBits;
    return ((shift + 1) << kSubBits) + static_cast<int>((value >> shift) & ((1 << kSubBits) - 1));
  }
  static std::int64_t upper_bound_of(int bucket);

  std::array<std::atomic<std::int64_t>, kBuckets> counts_{};
};

}  // namespace millrace
