#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/points.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

namespace {

DataType bins_of(const DataType& x) {
  return DataType::array(
      DataType::structure({{"x", x, true}, {"y", TypeKind::Double, true}}), true);
}

/// The bins of a state, by value.
std::vector<Point> bins_in(const StateBytes& state) {
  std::vector<Point> bins(state.size() / sizeof(Point));
  if (!bins.empty()) std::memcpy(bins.data(), state.data(), state.size());
  return bins;
}

void add_bin(std::vector<Point>& bins, Point bin) {
  const auto place =
      std::lower_bound(bins.begin(), bins.end(), bin.value,
                       [](const Point& at, double value) { return at.value < value; });
  if (place != bins.end() && place->value == bin.value) place->count += bin.count;
  else bins.insert(place, bin);
}

/// Puts the two neighbours together that are nearest to each other, until there are at most `most`.
void trim(std::vector<Point>& bins, std::size_t most) {
  while (bins.size() > most) {
    auto nearest = bins.begin();
    for (auto bin = bins.begin(); bin + 1 != bins.end(); ++bin)
      if ((bin + 1)->value - bin->value < (nearest + 1)->value - nearest->value) nearest = bin;
    const Point& next = *(nearest + 1);
    const double count = nearest->count + next.count;
    nearest->value = nearest->value * (nearest->count / count) + next.value * (next.count / count);
    nearest->count = count;
    bins.erase(nearest + 1);
  }
}

/// histogram_numeric: at most so many bins, which follow the values (Ben-Haim and Tom-Tov, "A
/// streaming parallel decision tree algorithm"). Of pairs that are equally near the first is put together.
class Histogram final : public AggregateFunction {
 public:
  Histogram(const DataType& x, std::size_t most_bins)
      : AggregateFunction(bins_of(x), true), x_(x), most_bins_(most_bins) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_double(*arguments[0], rows,
                    [&](std::uint32_t k, double value) { add(*states[k], {{value, 1}}); });
  }
  void merge(StateBytes& into, const StateBytes& from) const override { add(into, bins_in(from)); }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    const std::vector<Point> bins = bins_in(state);
    if (bins.empty()) return out.append_null();
    Column& elements = *out.child(0);
    for (const Point& bin : bins) {
      append_number(*elements.child(0), bin.value);
      elements.child(1)->append(bin.count);
      elements.append_struct();
    }
    out.append_list(static_cast<std::uint32_t>(bins.size()));
  }

 private:
  void add(StateBytes& state, const std::vector<Point>& more) const {
    std::vector<Point> bins = bins_in(state);
    for (const Point& bin : more) add_bin(bins, bin);
    trim(bins, most_bins_);
    set_points(state, bins);
  }
  void append_number(Column& column, double value) const {
    with_number_type(x_, [&]<class T>(T*) { column.append(static_cast<T>(value)); });
  }

  const DataType x_;
  const std::size_t most_bins_;
};

constexpr double kMaxBins = 100'000;

bool is_plain_number(const DataType& type) {
  return type.is_numeric() && type.kind() != TypeKind::Decimal;
}

Result<AggregateFunctionPtr> bind_histogram(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_plain_number, "\"NUMERIC\""},
                                           {is_numeric, "\"INT\""}});
      !status)
    return status.error();
  const auto bins = literal_double(*call.arguments[1]);
  if (!bins)
    return type_mismatch(call, "NON_FOLDABLE_INPUT",
                         "the input `nb` should be a foldable \"INT\" expression; however, got \"" +
                             column_name(*call.syntax[1]) + "\"");
  if (*bins < 2 || *bins > kMaxBins)
    return type_mismatch(call, "VALUE_OUT_OF_RANGE",
                         "The `nb` must be between [2, 100000] (current value = " +
                             std::to_string(static_cast<std::int64_t>(*bins)) + ")");
  const DataType& type = call.arguments[0]->type();
  return AggregateFunctionPtr(
      std::make_shared<Histogram>(type, static_cast<std::size_t>(*bins)));
}

}  // namespace

void register_histogram_function(FunctionRegistry& registry) {
  add_aggregate(registry, "histogram_numeric", "histogram_numeric(expr, nb)",
                "At most nb bins (x, y): y values lie around x.", bind_histogram);
}

}  // namespace millrace
