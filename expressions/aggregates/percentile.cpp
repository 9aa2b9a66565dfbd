#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/percentages.hpp"
#include "expressions/aggregates/points.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"

#include <cmath>
#include <vector>

namespace millrace {

namespace {

constexpr double kDefaultAccuracy = 10'000;
constexpr double kMaxAccuracy = 1'000'000;

/// The points of a state, with neighbours put together while no rank moves by more than 1 / accuracy of
/// all values. A point stands for the values that are at most its own and more than the point before.
/// Until there are many points every value is one of its own.
class Summary {
 public:
  Summary(StateBytes& state, double accuracy) : state_(state), accuracy_(accuracy) {}

  void add(Point point) {
    state_.append(&point, sizeof point);
    if (state_.size() > max_bytes()) compress();
  }

 private:
  std::size_t max_bytes() const {
    return 4 * static_cast<std::size_t>(accuracy_) * sizeof(Point) + 64 * sizeof(Point);
  }

  void compress() {
    std::vector<Point> points = sorted_points(state_);
    const double most = total_count(points) / accuracy_;
    std::size_t last = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
      if (points[last].count + points[i].count <= most)
        points[last] = {points[i].value, points[last].count + points[i].count};
      else
        points[++last] = points[i];
    }
    points.resize(last + 1);
    set_points(state_, points);
  }

  StateBytes& state_;
  const double accuracy_;
};

/// percentile_approx: the least value that so large a part of the values does not exceed.
class PercentileApprox final : public AggregateFunction {
 public:
  PercentileApprox(const DataType& type, Percentages percentages, double accuracy)
      : AggregateFunction(percentages.result_type(type), true),
        type_(type),
        percentages_(std::move(percentages)),
        accuracy_(accuracy) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_double(*arguments[0], rows, [&](std::uint32_t k, double value) {
      if (!std::isnan(value)) Summary(*states[k], accuracy_).add({value, 1});
    });
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    for (const Point& point : sorted_points(from)) Summary(into, accuracy_).add(point);
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    const std::vector<Point> points = sorted_points(state);
    if (points.empty()) return out.append_null();
    Column& values = percentages_.is_array ? *out.child(0) : out;
    for (const double percentage : percentages_.values)
      append_number(values, value_at(points, percentage));
    if (percentages_.is_array)
      out.append_list(static_cast<std::uint32_t>(percentages_.values.size()));
  }

 private:
  static double value_at(const std::vector<Point>& points, double percentage) {
    double rank = std::ceil(percentage * total_count(points));
    std::size_t at = 0;
    while (at + 1 < points.size() && rank > points[at].count) rank -= points[at++].count;
    return points[at].value;
  }
  void append_number(Column& out, double value) const {
    if (type_.kind() == TypeKind::Decimal)
      return out.append(decimal_from_double(value, type_).value_or(Int128{0}));
    with_number_type(type_, [&]<class T>(T*) { out.append(static_cast<T>(value)); });
  }

  const DataType type_;
  const Percentages percentages_;
  const double accuracy_;
};

bool is_number_or_time(const DataType& type) {
  bool is_one = type.kind() == TypeKind::Decimal;
  with_number_type(type, [&](auto*) { is_one = true; });
  return is_one;
}

Result<double> constant_accuracy(const FunctionCall& call) {
  if (call.arguments.size() < 3) return kDefaultAccuracy;
  const auto accuracy = literal_double(*call.arguments[2]);
  if (!accuracy)
    return type_mismatch(call, "NON_FOLDABLE_INPUT",
                         "the input `accuracy` should be a foldable \"INTEGRAL\" expression; "
                         "however, got \"" + column_name(*call.syntax[2]) + "\"");
  if (*accuracy < 1 || *accuracy > kMaxAccuracy)
    return type_mismatch(call, "VALUE_OUT_OF_RANGE",
                         "The `accuracy` must be between (0, 1000000] (current value = " +
                             std::to_string(static_cast<std::int64_t>(*accuracy)) + "L)");
  return std::floor(*accuracy);
}

Result<AggregateFunctionPtr> bind_percentile(const FunctionCall& call) {
  const std::size_t count = call.arguments.size();
  if (count != 2 && count != 3) return wrong_num_arguments(call, "[2, 3]");
  const DataType& type = call.arguments[0]->type();
  if (!is_number_or_time(type))
    return unexpected_input_type(
        call, 0,
        "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"INTERVAL YEAR TO "
        "MONTH\" or \"INTERVAL DAY TO SECOND\")");
  auto percentages = constant_percentages(call, 1, "percentage");
  if (!percentages) return percentages.error();
  const Result<double> accuracy = constant_accuracy(call);
  if (!accuracy) return accuracy.error();
  return AggregateFunctionPtr(
      std::make_shared<PercentileApprox>(type, std::move(*percentages), *accuracy));
}

}  // namespace

void register_percentile_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "percentile_approx", "percentile_approx(expr, percentage[, accuracy])",
                "The least value that so large a part of the values does not exceed; exact for few "
                "values.",
                bind_percentile);
  registry.add_alias("approx_percentile", "percentile_approx");
}

}  // namespace millrace
