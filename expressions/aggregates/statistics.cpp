#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/pair_moments.hpp"

#include <cmath>

namespace millrace {

namespace {

/// Number, mean, and sums of powers of the distance from the mean.
struct Moments {
  double count;
  double mean;
  double m2;
  double m3;
  double m4;
  double unused;

  void add(double value) {
    const double n = ++count;
    const double delta = value - mean;
    const double step = delta / n;
    const double square = delta * step * (n - 1);
    mean += step;
    m4 += square * step * step * (n * n - 3 * n + 3) + 6 * step * step * m2 - 4 * step * m3;
    m3 += square * step * (n - 2) - 3 * step * m2;
    m2 += square;
  }
  void add(const Moments& other) {
    if (other.count == 0) return;
    const double n1 = count, n2 = other.count, n = n1 + n2;
    const double delta = other.mean - mean, step = delta / n;
    const double old2 = m2, old3 = m3;
    count = n;
    mean += step * n2;
    m2 += other.m2 + delta * step * n1 * n2;
    m3 += other.m3 + step * step * delta * n1 * n2 * (n1 - n2) +
          3 * step * (n1 * other.m2 - n2 * old2);
    m4 += other.m4 + step * step * step * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
          6 * step * step * (n1 * n1 * other.m2 + n2 * n2 * old2) +
          4 * step * (n1 * other.m3 - n2 * old3);
  }
};

/// Variance and its kin: one pass, by the central moments.
class MomentsAggregate final : public Statistic<Moments> {
 public:
  using Statistic::Statistic;

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_double(*arguments[0], rows,
                    [&](std::uint32_t k, double value) { state(states[k]).add(value); });
  }
};

std::optional<double> var_pop(const Moments& m) {
  if (m.count == 0) return std::nullopt;
  return m.m2 / m.count;
}
std::optional<double> var_samp(const Moments& m) {
  if (m.count < 2) return std::nullopt;
  return m.m2 / (m.count - 1);
}
std::optional<double> stddev_pop(const Moments& m) {
  if (m.count == 0) return std::nullopt;
  return std::sqrt(m.m2 / m.count);
}
std::optional<double> stddev_samp(const Moments& m) {
  if (m.count < 2) return std::nullopt;
  return std::sqrt(m.m2 / (m.count - 1));
}
std::optional<double> skewness(const Moments& m) {
  if (m.count == 0 || m.m2 == 0) return std::nullopt;
  return std::sqrt(m.count) * m.m3 / std::sqrt(m.m2 * m.m2 * m.m2);
}
std::optional<double> kurtosis(const Moments& m) {
  if (m.count == 0 || m.m2 == 0) return std::nullopt;
  return m.count * m.m4 / (m.m2 * m.m2) - 3;
}

std::optional<double> covar_pop(const PairMoments& m) {
  if (m.count == 0) return std::nullopt;
  return m.product / m.count;
}
std::optional<double> covar_samp(const PairMoments& m) {
  if (m.count < 2) return std::nullopt;
  return m.product / (m.count - 1);
}
std::optional<double> corr(const PairMoments& m) {
  if (m.count < 2) return std::nullopt;
  return m.product / std::sqrt(m.m2_x * m.m2_y);
}

template <MomentsAggregate::Finish kFinish>
Result<AggregateFunctionPtr> bind_moments(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_numeric, "\"DOUBLE\""}}); !status)
    return status.error();
  return AggregateFunctionPtr(std::make_shared<MomentsAggregate>(kFinish));
}

}  // namespace

void register_statistics_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "var_samp", "var_samp(expr)", "Sample variance; NULL for one value.",
                bind_moments<var_samp>);
  registry.add_alias("variance", "var_samp");
  add_aggregate(registry, "var_pop", "var_pop(expr)", "Population variance.",
                bind_moments<var_pop>);
  add_aggregate(registry, "stddev_samp", "stddev_samp(expr)",
                "Sample standard deviation; NULL for one value.", bind_moments<stddev_samp>);
  registry.add_alias("stddev", "stddev_samp");
  registry.add_alias("std", "stddev_samp");
  add_aggregate(registry, "stddev_pop", "stddev_pop(expr)", "Population standard deviation.",
                bind_moments<stddev_pop>);
  add_aggregate(registry, "skewness", "skewness(expr)", "Skewness of the values.",
                bind_moments<skewness>);
  add_aggregate(registry, "kurtosis", "kurtosis(expr)", "Excess kurtosis of the values.",
                bind_moments<kurtosis>);
  add_aggregate(registry, "corr", "corr(x, y)", "Pearson correlation.", bind_pairs<corr>);
  add_aggregate(registry, "covar_pop", "covar_pop(x, y)", "Population covariance.",
                bind_pairs<covar_pop>);
  add_aggregate(registry, "covar_samp", "covar_samp(x, y)", "Sample covariance.",
                bind_pairs<covar_samp>);
}

}  // namespace millrace
