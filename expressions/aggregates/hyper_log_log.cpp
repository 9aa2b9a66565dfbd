#include "expressions/aggregates/hyper_log_log.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace millrace {

namespace {

// Up to here linear counting is better, for precision 4 to 18 (Heule, Nunkesser, Hall: "HyperLogLog
// in practice", 2013).
constexpr std::array<double, 15> kThresholds = {
    10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 11500, 20000, 50000, 120000, 350000};

double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double sum = x, weight = 1, before = 0;
  do {
    x *= x;
    before = sum;
    sum += x * weight;
    weight += weight;
  } while (sum != before);
  return sum;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double sum = 1 - x, weight = 1, before = 0;
  do {
    x = std::sqrt(x);
    before = sum;
    weight *= 0.5;
    sum -= (1 - x) * (1 - x) * weight;
  } while (sum != before);
  return sum / 3;
}

}  // namespace

int HyperLogLog::precision_for(double rsd) {
  return std::clamp(static_cast<int>(std::ceil(2 * std::log2(1.106 / rsd))), 4, 18);
}

void HyperLogLog::add(std::uint8_t* registers, std::uint64_t hash) const {
  const std::uint64_t index = hash >> (64 - precision_);
  // The bit set behind the rest ends the run of zeros.
  const std::uint64_t rest = hash << precision_ | std::uint64_t{1} << (precision_ - 1);
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  registers[index] = std::max(registers[index], rank);
}

void HyperLogLog::merge(std::uint8_t* into, const std::uint8_t* from) const {
  for (std::uint32_t i = 0; i < num_registers(); ++i) into[i] = std::max(into[i], from[i]);
}

std::int64_t HyperLogLog::estimate(const std::uint8_t* registers) const {
  const double m = num_registers();
  const auto num_empty = std::count(registers, registers + num_registers(), 0);
  if (num_empty != 0) {
    const double by_empty = m * std::log(m / static_cast<double>(num_empty));
    if (by_empty <= kThresholds[static_cast<std::size_t>(precision_ - 4)])
      return std::llround(by_empty);
  }
  return std::llround(raw_estimate(registers));
}

double HyperLogLog::raw_estimate(const std::uint8_t* registers) const {
  const double m = num_registers();
  const int longest = 64 - precision_;
  std::array<double, 66> counts{};
  for (std::uint32_t i = 0; i < num_registers(); ++i) counts[registers[i]] += 1;
  double z = m * tau(1 - counts[static_cast<std::size_t>(longest) + 1] / m);
  for (int rank = longest; rank >= 1; --rank)
    z = 0.5 * (z + counts[static_cast<std::size_t>(rank)]);
  z += m * sigma(counts[0] / m);
  return m * m / (2 * std::log(2.0)) / z;
}

}  // namespace millrace
