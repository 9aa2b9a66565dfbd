#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace millrace::fraud {

/// Random numbers that are the same for a seed on every machine and with every standard library
/// (splitmix64). Not thread-safe.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// 0 <= x < 1
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  /// 0 <= i < count. Requires: count > 0.
  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(unit() * static_cast<double>(count));
  }
  bool chance(double probability) { return unit() < probability; }
  /// Mean 1.
  double exponential() { return -std::log(1.0 - unit()); }
  double normal(double mean, double deviation) {
    const double radius = std::sqrt(2 * exponential());
    return mean + deviation * radius * std::cos(2 * std::numbers::pi * unit());
  }
  /// How often something that happens `mean` times on average happens. For small means.
  int poisson(double mean) {
    int count = 0;
    for (double sum = exponential(); sum < mean; sum += exponential()) ++count;
    return count;
  }
  template <class List>
  auto& one_of(List& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace millrace::fraud
