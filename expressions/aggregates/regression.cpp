#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/pair_moments.hpp"

#include <cmath>

// Linear regression, as in SQL: the first argument of each function is the dependent variable, the second
// the independent one. So x of PairMoments is what depends on y here.
namespace millrace {

namespace {

std::optional<double> slope(const PairMoments& m) {
  if (m.m2_y == 0) return std::nullopt;
  return m.product / m.m2_y;
}
std::optional<double> intercept(const PairMoments& m) {
  if (m.m2_y == 0) return std::nullopt;
  return m.mean_x - m.product / m.m2_y * m.mean_y;
}
std::optional<double> r2(const PairMoments& m) {
  if (m.m2_x == 0) return std::nullopt;
  if (m.m2_y == 0) return 1.0;
  const double corr = m.product / std::sqrt(m.m2_x * m.m2_y);
  return corr * corr;
}
std::optional<double> sxx(const PairMoments& m) {
  return m.count == 0 ? std::nullopt : std::optional(m.m2_y);
}
std::optional<double> sxy(const PairMoments& m) {
  return m.count == 0 ? std::nullopt : std::optional(m.product);
}
std::optional<double> syy(const PairMoments& m) {
  return m.count == 0 ? std::nullopt : std::optional(m.m2_x);
}

/// avg of one argument over the rows in which neither is NULL.
class AverageOfPairs final : public AggregateFunction {
 public:
  AverageOfPairs(AggregateFunctionPtr average, std::size_t argument)
      : AggregateFunction(average->result_type(), true),
        average_(std::move(average)),
        argument_(argument) {}
  std::size_t state_size() const override { return average_->state_size(); }

  void update(EvalContext& context, std::byte* const* states,
              const std::vector<ColumnRef>& arguments, Rows rows) const override {
    std::vector<std::uint32_t> pairs;
    std::vector<std::byte*> states_of_pairs;
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      if (!no_argument_is_null(arguments, rows[k])) continue;
      pairs.push_back(rows[k]);
      states_of_pairs.push_back(states[k]);
    }
    average_->update(context, states_of_pairs.data(), {arguments[argument_]},
                     Rows::listed(pairs.data(), static_cast<std::uint32_t>(pairs.size())));
  }
  void merge(std::byte* into, const std::byte* from) const override { average_->merge(into, from); }
  void finish(EvalContext& context, const std::byte* state, Column& out) const override {
    average_->finish(context, state, out);
  }

 private:
  const AggregateFunctionPtr average_;
  const std::size_t argument_;
};

Status check_numbers(const FunctionCall& call) {
  return check_arguments(call, {{is_numeric, "\"NUMERIC\""}, {is_numeric, "\"NUMERIC\""}});
}

template <std::size_t kArgument>
Result<AggregateFunctionPtr> bind_average(const FunctionCall& call) {
  if (auto status = check_numbers(call); !status) return status.error();
  const std::vector<ExpressionPtr> syntax{call.syntax[kArgument]};
  const FunctionCall average{"avg",       {call.arguments[kArgument]}, false,     call.settings,
                             call.origin, syntax,                      call.scope, call.functions};
  auto bound = FunctionRegistry::builtin().find("avg")->bind_aggregate(average);
  if (!bound) return bound.error();
  return AggregateFunctionPtr(std::make_shared<AverageOfPairs>(std::move(*bound), kArgument));
}

Result<AggregateFunctionPtr> bind_count(const FunctionCall& call) {
  if (auto status = check_numbers(call); !status) return status.error();
  return FunctionRegistry::builtin().find("count")->bind_aggregate(call);
}

}  // namespace

void register_regression_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "regr_count", "regr_count(y, x)",
                "Number of rows in which neither is NULL.", bind_count);
  add_aggregate(registry, "regr_avgx", "regr_avgx(y, x)",
                "Mean of x over the rows in which neither is NULL.", bind_average<1>);
  add_aggregate(registry, "regr_avgy", "regr_avgy(y, x)",
                "Mean of y over the rows in which neither is NULL.", bind_average<0>);
  add_aggregate(registry, "regr_slope", "regr_slope(y, x)",
                "Slope of the line that fits y to x best.", bind_pairs<slope>);
  add_aggregate(registry, "regr_intercept", "regr_intercept(y, x)",
                "Where the line that fits y to x best crosses x = 0.", bind_pairs<intercept>);
  add_aggregate(registry, "regr_r2", "regr_r2(y, x)",
                "How well a line fits: the square of the correlation.", bind_pairs<r2>);
  add_aggregate(registry, "regr_sxx", "regr_sxx(y, x)",
                "Sum of the squares of x around its mean.", bind_pairs<sxx>);
  add_aggregate(registry, "regr_sxy", "regr_sxy(y, x)",
                "Sum of the products of x and y around their means.", bind_pairs<sxy>);
  add_aggregate(registry, "regr_syy", "regr_syy(y, x)",
                "Sum of the squares of y around its mean.", bind_pairs<syy>);
}

}  // namespace millrace
