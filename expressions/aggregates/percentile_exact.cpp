#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/percentages.hpp"
#include "expressions/aggregates/points.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/keeps_values.hpp"

#include <algorithm>
#include <cmath>

namespace millrace {

namespace {

enum class Between { Interpolate, Lower };

/// Sorted points, asked for the value at a position that counts every single value from 0.
class Positions {
 public:
  explicit Positions(std::vector<Point> points) : points_(std::move(points)) {
    double sum = 0;
    for (Point& point : points_) point.count = sum += point.count;
  }
  double last() const { return points_.back().count - 1; }
  double at(double position) const {
    const auto found = std::upper_bound(
        points_.begin(), points_.end(), position,
        [](double wanted, const Point& point) { return wanted < point.count; });
    return found == points_.end() ? points_.back().value : found->value;
  }
  double interpolated(double position) const {
    const double lower = std::floor(position), higher = std::ceil(position);
    const double low = at(lower), high = at(higher);
    if (lower == higher || low == high) return low;
    return (higher - position) * low + (position - lower) * high;
  }

 private:
  std::vector<Point> points_;
};

/// Where the arguments of a call stand.
struct Places {
  std::size_t value;
  std::size_t percentage;
  bool has_frequency = false;
};

/// percentile, median, percentile_cont and percentile_disc. The state keeps every distinct value.
class ExactPercentile final : public AggregateFunction, public KeepsValues {
 public:
  struct Options {
    Percentages percentages;
    Places places{};
    Between between = Between::Interpolate;
    bool descending = false;
  };
  explicit ExactPercentile(Options options)
      : AggregateFunction(options.percentages.result_type(TypeKind::Double), true),
        KeepsValues(Which::Distinct),
        options_(std::move(options)) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext& context, StateBytes* const* states,
              const std::vector<ColumnRef>& arguments, Rows rows) const override {
    std::vector<double> counts(rows.size(), 1);
    if (options_.places.has_frequency) read_counts(context, *arguments[2], rows, counts);
    for_each_double(*arguments[options_.places.value], rows, [&](std::uint32_t k, double value) {
      if (counts[k] > 0) add_exact_point(*states[k], {value, counts[k]});
    });
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    for (const Point& point : sorted_points(from)) add_exact_point(into, point);
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    std::vector<Point> points = sorted_points(state);
    if (points.empty()) return out.append_null();
    if (options_.descending) std::reverse(points.begin(), points.end());
    const Positions positions(std::move(points));
    if (!options_.percentages.is_array)
      return out.append(value_at(positions, options_.percentages.values[0]));
    for (const double percentage : options_.percentages.values)
      out.child(0)->append(value_at(positions, percentage));
    out.append_list(static_cast<std::uint32_t>(options_.percentages.values.size()));
  }

 private:
  double value_at(const Positions& positions, double percentage) const {
    if (options_.between == Between::Interpolate)
      return positions.interpolated(positions.last() * percentage);
    return positions.at(std::max(std::ceil((positions.last() + 1) * percentage) - 1, 0.0));
  }

  static void read_counts(EvalContext& context, const Column& frequency, Rows rows,
                          std::vector<double>& counts) {
    counts.assign(rows.size(), 0);
    for_each_double(frequency, rows, [&](std::uint32_t k, double count) {
      counts[k] = count;
      if (count < 0) context.fail(rows[k], negative_frequency(count));
    });
  }
  static Error negative_frequency(double count) {
    return row_error("NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION", "22003",
                     "Found the negative value in the frequency of percentile: " +
                         std::to_string(static_cast<std::int64_t>(count)) +
                         "L, but expected a positive integral value.");
  }

  const Options options_;
};

bool has_distance(const DataType& type) {
  return type.is_numeric() || type.kind() == TypeKind::YearMonthInterval ||
         type.kind() == TypeKind::DayTimeInterval;
}
const char* const kWithDistance =
    "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")";

Status check_value(const FunctionCall& call, std::size_t index) {
  const DataType& type = call.arguments[index]->type();
  if (type.is_null() || has_distance(type)) return {};
  return unexpected_input_type(call, index, kWithDistance);
}

AggregateFunctionPtr make_percentile(ExactPercentile::Options options) {
  return std::make_shared<ExactPercentile>(std::move(options));
}

Result<AggregateFunctionPtr> bind_percentile(const FunctionCall& call) {
  const std::size_t count = call.arguments.size();
  if (count != 2 && count != 3) return wrong_num_arguments(call, "[2, 3]");
  if (auto status = check_value(call, 0); !status) return status.error();
  if (count == 3 && !call.arguments[2]->type().is_integral())
    return unexpected_input_type(call, 2, "\"INTEGRAL\"");
  auto percentages = constant_percentages(call, 1, "percentage(s)");
  if (!percentages) return percentages.error();
  return make_percentile({std::move(*percentages), {0, 1, count == 3}});
}

Result<AggregateFunctionPtr> bind_median(const FunctionCall& call) {
  if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
  if (auto status = check_value(call, 0); !status) return status.error();
  return make_percentile({{{0.5}}, {0, 0}});
}

/// `percentile_cont(percentage) WITHIN GROUP (ORDER BY value)`.
template <Between kBetween>
Result<AggregateFunctionPtr> bind_within_group(const FunctionCall& call) {
  const std::vector<SortDirection> order = within_group(call);
  if (order.size() != 1) return wrong_num_orderings(call, 1, order.size());
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "1");
  if (call.distinct) return no_distinct_within_group(call);
  if (auto status = check_value(call, 1); !status) return status.error();
  auto percentages = constant_percentages(call, 0, "percentage(s)");
  if (!percentages) return percentages.error();
  return make_percentile({std::move(*percentages), {1, 0}, kBetween, !order[0].ascending});
}

}  // namespace

void register_exact_percentile_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "percentile", "percentile(expr, percentage[, frequency])",
                "Exact percentile, between two values in proportion; keeps every distinct value.",
                bind_percentile);
  add_aggregate(registry, "median", "median(expr)",
                "The value in the middle; keeps every distinct value.", bind_median);
  add_aggregate(registry, "percentile_cont",
                "percentile_cont(percentage) WITHIN GROUP (ORDER BY expr)",
                "Exact percentile, between two values in proportion; keeps every distinct value.",
                bind_within_group<Between::Interpolate>);
  add_aggregate(registry, "percentile_disc",
                "percentile_disc(percentage) WITHIN GROUP (ORDER BY expr)",
                "The first value that so large a part of the values does not exceed; keeps every "
                "distinct value.",
                bind_within_group<Between::Lower>);
}

}  // namespace millrace
