#include "tools/bench/histogram.hpp"

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

double Latencies::calm_share() const {
  return all_.count() == 0
             ? 0
             : static_cast<double>(calm_.count()) / static_cast<double>(all_.count());
}

bool Latencies::is_calm_enough(double quantile) const {
  constexpr double kLeastShare = 0.05, kLeastAbove = 5;
  return calm_share() >= kLeastShare &&
         static_cast<double>(calm_.count()) * (1 - quantile) >= kLeastAbove;
}

double ratio_of(const Latencies& above, const Latencies& below, double quantile) {
  const bool is_calm = above.is_calm_enough(quantile) && below.is_calm_enough(quantile);
  const Histogram& over = is_calm ? above.calm() : above.all();
  const Histogram& under = is_calm ? below.calm() : below.all();
  if (over.count() == 0 || under.count() == 0) return 0;
  return static_cast<double>(over.at_quantile(quantile)) /
         static_cast<double>(under.at_quantile(quantile));
}

}  // namespace millrace::bench
