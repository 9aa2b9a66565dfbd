#include "operators/group_table.hpp"

// Running aggregations over the groups: one result for each row.
namespace millrace {

namespace {

bool passes(const Column& filter, std::uint32_t row) {
  return !filter.type().is_null() && !filter.is_null(row) && filter.at<std::uint8_t>(row) != 0;
}

/// Adds one row to a state of either kind and appends the result.
template <class State>
void step(EvalContext& context, const AggregateFunction& function, State* state,
          const std::vector<ColumnRef>& arguments, std::uint32_t row, bool adds, Column& result) {
  if (adds) function.update(context, &state, arguments, Rows::listed(&row, 1));
  while (result.size() < row) result.append_null();
  if constexpr (std::is_same_v<State, StateBytes>)
    function.finish(context, *state, result);
  else
    function.finish(context, state, result);
}

}  // namespace

void GroupTable::run(EvalContext& context, Rows rows, std::span<const ColumnRef> results) {
  for (std::size_t i = 0; i < calls_.size(); ++i) run_call(context, calls_[i], rows, *results[i]);
  forget_evaluated();
}

void GroupTable::run_call(EvalContext& context, const Call& call, Rows rows, Column& result) {
  MILLRACE_CHECK(call.shared == nullptr, "a running aggregation must not share states");
  const AggregateFunction& function = *call.bound.function;
  states_.resize(rows.size());
  for (std::size_t k = 0; k < states_.size(); ++k) states_[k] = groups_[k] + call.offset;
  const bool has_loop = call.running != nullptr && call.filter == kNoFilter;
  if (has_loop && call.running->run(context, states_.data(), call.arguments, rows, result)) return;
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    const bool adds = call.filter == kNoFilter || passes(*filters_[call.filter].column, rows[k]);
    if (call.is_growing)
      step(context, function, reinterpret_cast<StateBytes*>(states_[k]), call.arguments, rows[k],
           adds, result);
    else
      step(context, function, states_[k], call.arguments, rows[k], adds, result);
  }
}

}  // namespace millrace
