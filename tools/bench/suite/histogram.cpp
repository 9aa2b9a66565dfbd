#include "tools/bench/suite/histogram.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace millrace::bench {

std::int64_t Histogram::upper_bound_of(std::size_t bucket) {
  const std::size_t group = bucket >> kSubBits;
  if (group == 0) return static_cast<std::int64_t>(bucket);
  const auto shift = static_cast<int>(group) - 1;
  const std::uint64_t sub = bucket & ((1u << kSubBits) - 1);
  return static_cast<std::int64_t>((((1ull << kSubBits) + sub + 1) << shift) - 1);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
}

std::int64_t Histogram::at_quantile(double quantile) const {
  if (count_ == 0) return 0;
  const auto wanted = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(quantile * static_cast<double>(count_))));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i)
    if ((seen += counts_[i]) >= wanted) return upper_bound_of(i);
  return upper_bound_of(kBuckets - 1);
}

nlohmann::json Histogram::dump() const {
  auto buckets = nlohmann::json::array();
  for (std::size_t i = 0; i < kBuckets; ++i)
    if (counts_[i] != 0) buckets.push_back({upper_bound_of(i), counts_[i]});
  return buckets;
}

}  // namespace millrace::bench
