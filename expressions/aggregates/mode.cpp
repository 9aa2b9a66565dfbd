#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/counted_values.hpp"
#include "expressions/aggregates/encoded_values.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/keeps_values.hpp"
#include "records/value_encoding.hpp"

#include <algorithm>

namespace millrace {

namespace {

enum class Tie { Least, Greatest };

/// mode. The state keeps every distinct value with its count. Where Spark may give any of several most
/// frequent values this gives the least, so that the order of the rows does not count.
class Mode final : public AggregateFunction, public KeepsValues {
 public:
  Mode(DataType type, Tie tie)
      : AggregateFunction(std::move(type), true), KeepsValues(Which::Distinct), tie_(tie) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_encoded(*arguments[0], rows, [&](std::uint32_t k, std::string_view value) {
      CountedValues::add(*states[k], value, 1);
    });
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    CountedValues::merge(into, from);
  }
  void finish(EvalContext& context, const StateBytes& state, Column& out) const override {
    const auto counts = CountedValues::counts(state);
    if (counts.empty()) return out.append_null();
    std::int64_t most = 0;
    for (const auto& [value, count] : counts) most = std::max(most, count);
    const ColumnRef candidates = context.pool.make_column(result_type());
    for (const auto& [value, count] : counts)
      if (count == most) decode_value(value.data(), *candidates);
    out.append_from(*candidates, chosen(*candidates));
  }

 private:
  std::size_t chosen(const Column& candidates) const {
    if (candidates.size() == 1 || !is_orderable(result_type())) return 0;
    const auto key = [&](std::size_t row) {
      std::string bytes;
      append_sort_key(bytes, candidates, row, {tie_ == Tie::Least, true});
      return bytes;
    };
    std::size_t best = 0;
    for (std::size_t row = 1; row < candidates.size(); ++row)
      if (key(row) < key(best)) best = row;
    return best;
  }

  const Tie tie_;
};

/// `mode(value[, deterministic])` and `mode() WITHIN GROUP (ORDER BY value)`.
Result<AggregateFunctionPtr> bind_mode(const FunctionCall& call) {
  const std::vector<SortDirection> order = within_group(call);
  if (order.size() > 1) return wrong_num_orderings(call, 1, order.size());
  if (!order.empty() && call.distinct) return no_distinct_within_group(call);
  const std::size_t most = order.empty() ? 2 : 1;
  if (call.arguments.empty() || call.arguments.size() > most)
    return wrong_num_arguments(call, order.empty() ? "[1, 2]" : "0");
  if (call.arguments.size() == 2 && !literal_boolean(*call.arguments[1]))
    return unexpected_input_type(call, 1, "\"BOOLEAN\"");
  const bool greatest = !order.empty() && !order[0].ascending;
  return AggregateFunctionPtr(std::make_shared<Mode>(call.arguments[0]->type(),
                                                     greatest ? Tie::Greatest : Tie::Least));
}

}  // namespace

void register_mode_function(FunctionRegistry& registry) {
  add_aggregate(registry, "mode", "mode(expr[, deterministic])",
                "The most frequent value, of several the least; keeps every distinct value.",
                bind_mode);
}

}  // namespace millrace
