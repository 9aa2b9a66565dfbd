#include "metrics/latency_histogram.hpp"

#include <cmath>

namespace millrace {

std::int64_t LatencyHistogram::count() const {
  std::int64_t total = 0;
  for (const auto& cell : counts_) total += cell.load(std::memory_order_relaxed);
  return total;
}

std::int64_t LatencyHistogram::at_quantile(double quantile) const {
  const std::int64_t total = count();
  if (total == 0) return 0;
  const auto wanted = static_cast<std::int64_t>(std::ceil(quantile * static_cast<double>(total)));
  std::int64_t seen = 0;
  for (int bucket = 0; bucket < kBuckets; ++bucket) {
    seen += counts_[static_cast<std::size_t>(bucket)].load(std::memory_order_relaxed);
    if (seen >= wanted && seen > 0) return upper_bound_of(bucket);
  }
  return upper_bound_of(kBuckets - 1);
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i)
    counts_[i].store(counts_[i].load(std::memory_order_relaxed) +
                         other.counts_[i].load(std::memory_order_relaxed),
                     std::memory_order_relaxed);
}

std::int64_t LatencyHistogram::upper_bound_of(int bucket) {
  const int group = bucket >> kSubBits;
  const std::int64_t sub = bucket & ((1 << kSubBits) - 1);
  if (group == 0) return sub;
  const int shift = group - 1;
  return ((((std::int64_t{1} << kSubBits) + sub + 1) << shift) - 1);
}

}  // namespace millrace
