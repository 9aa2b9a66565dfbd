#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace millrace {

namespace {

constexpr double kDefaultAccuracy = 10'000;

/// So many values that are at most `value` and more than the point before.
struct Point {
  double value;
  double count;
};

/// The points of a state, sorted, with neighbours put together while no rank moves by more than
/// 1 / accuracy of all values. Until there are many points every value is one of its own.
class Summary {
 public:
  Summary(StateBytes& state, double accuracy) : state_(state), accuracy_(accuracy) {}

  void add(Point point) {
    state_.append(&point, sizeof point);
    if (state_.size() > max_bytes()) compress();
  }

  static std::vector<Point> sorted(const StateBytes& state) {
    std::vector<Point> points(state.size() / sizeof(Point));
    std::memcpy(points.data(), state.data(), state.size());
    std::sort(points.begin(), points.end(),
              [](const Point& a, const Point& b) { return a.value < b.value; });
    return points;
  }
  static double total(const std::vector<Point>& points) {
    double sum = 0;
    for (const Point& point : points) sum += point.count;
    return sum;
  }

 private:
  std::size_t max_bytes() const {
    return 4 * static_cast<std::size_t>(accuracy_) * sizeof(Point) + 64 * sizeof(Point);
  }

  void compress() {
    std::vector<Point> points = sorted(state_);
    const double most = total(points) / accuracy_;
    std::size_t last = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
      if (points[last].count + points[i].count <= most)
        points[last] = {points[i].value, points[last].count + points[i].count};
      else
        points[++last] = points[i];
    }
    state_.resize(0);
    state_.append(points.data(), static_cast<std::uint32_t>((last + 1) * sizeof(Point)));
  }

  StateBytes& state_;
  const double accuracy_;
};

/// percentile_approx: the least value that so large a part of the values does not exceed.
class PercentileApprox final : public AggregateFunction {
 public:
  PercentileApprox(const DataType& type, double percentage, double accuracy)
      : AggregateFunction(type, true), percentage_(percentage), accuracy_(accuracy) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_double(*arguments[0], rows, [&](std::uint32_t k, double value) {
      if (!std::isnan(value)) Summary(*states[k], accuracy_).add({value, 1});
    });
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    for (const Point& point : Summary::sorted(from)) Summary(into, accuracy_).add(point);
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    const std::vector<Point> points = Summary::sorted(state);
    if (points.empty()) return out.append_null();
    double rank = std::ceil(percentage_ * Summary::total(points));
    std::size_t at = 0;
    while (at + 1 < points.size() && rank > points[at].count) rank -= points[at++].count;
    with_number_type(result_type(),
                     [&]<class T>(T*) { out.append(static_cast<T>(points[at].value)); });
  }

 private:
  const double percentage_;
  const double accuracy_;
};

Error not_in_range(const FunctionCall& call, const char* what, const char* range) {
  return cannot_resolve("VALUE_OUT_OF_RANGE", call_text(call),
                        std::string("The `") + what + "` must be a constant " + range + ".");
}

bool is_plain_number(const DataType& type) {
  return type.is_numeric() && type.kind() != TypeKind::Decimal;
}

Result<AggregateFunctionPtr> bind_percentile(const FunctionCall& call) {
  const std::size_t count = call.arguments.size();
  if (count != 2 && count != 3) return wrong_num_arguments(call, "[2, 3]");
  const DataType& type = call.arguments[0]->type();
  if (!is_plain_number(type)) return unexpected_input_type(call, 0, "\"NUMERIC\"");
  const auto percentage = literal_double(*call.arguments[1]);
  if (!percentage || *percentage < 0 || *percentage > 1)
    return not_in_range(call, "percentage", "between 0.0 and 1.0");
  const auto accuracy =
      count == 3 ? literal_double(*call.arguments[2]) : std::optional(kDefaultAccuracy);
  if (!accuracy || *accuracy < 1 || *accuracy > 1e6)
    return not_in_range(call, "accuracy", "between 1 and 1000000");
  return AggregateFunctionPtr(
      std::make_shared<PercentileApprox>(type, *percentage, std::floor(*accuracy)));
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
