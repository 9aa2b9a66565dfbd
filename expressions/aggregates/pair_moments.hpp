#pragma once

#include "expressions/aggregates/statistic.hpp"

namespace millrace {

/// Number, means and sums of products of the distances from the means, of pairs of numbers.
struct PairMoments {
  double count;
  double mean_x;
  double mean_y;
  double product;
  double m2_x;
  double m2_y;

  void add(double x, double y) {
    const double n = ++count;
    const double dx = x - mean_x, dy = y - mean_y;
    mean_x += dx / n;
    mean_y += dy / n;
    product += dx * (y - mean_y);
    m2_x += dx * (x - mean_x);
    m2_y += dy * (y - mean_y);
  }
  void add(const PairMoments& other) {
    if (other.count == 0) return;
    const double n1 = count, n2 = other.count, n = n1 + n2;
    const double dx = other.mean_x - mean_x, dy = other.mean_y - mean_y;
    count = n;
    mean_x += dx * n2 / n;
    mean_y += dy * n2 / n;
    product += other.product + dx * dy * n1 * n2 / n;
    m2_x += other.m2_x + dx * dx * n1 * n2 / n;
    m2_y += other.m2_y + dy * dy * n1 * n2 / n;
  }
};

/// A function of the pairs (first argument x, second argument y) in which neither is NULL.
class PairAggregate final : public Statistic<PairMoments> {
 public:
  using Statistic::Statistic;

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    std::vector<double> x(rows.size());
    std::vector<bool> is_valid(rows.size());
    for_each_double(*arguments[0], rows, [&](std::uint32_t k, double value) {
      x[k] = value;
      is_valid[k] = true;
    });
    for_each_double(*arguments[1], rows, [&](std::uint32_t k, double y) {
      if (is_valid[k]) state(states[k]).add(x[k], y);
    });
  }
};

template <PairAggregate::Finish kFinish>
Result<AggregateFunctionPtr> bind_pairs(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_numeric, "\"DOUBLE\""}, {is_numeric, "\"DOUBLE\""}});
      !status)
    return status.error();
  return AggregateFunctionPtr(std::make_shared<PairAggregate>(kFinish));
}

}  // namespace millrace
