#include "operators/group_table.hpp"

namespace millrace {

namespace {

constexpr std::size_t kFetchedAhead = 8;

std::size_t round_up(std::size_t bytes) { return (bytes + 15) / 16 * 16; }

}  // namespace

GroupTable::Plan GroupTable::make_plan(std::vector<BoundAggregate> aggregates,
                                       bool has_event_time) {
  Plan plan;
  std::size_t offset = has_event_time ? sizeof(StateTimer) : 0;
  for (BoundAggregate& aggregate : aggregates) {
    Call call;
    call.offset = offset;
    call.is_growing = aggregate.function->state_size() == 0;
    call.running = dynamic_cast<const RunningFunction*>(aggregate.function.get());
    call.bound = std::move(aggregate);
    if (call.is_growing) plan.layout.growing.push_back(offset);
    offset += call.is_growing ? round_up(sizeof(StateBytes))
                              : round_up(call.bound.function->state_size());
    plan.calls.push_back(std::move(call));
  }
  plan.layout.value_size = offset;
  return plan;
}

GroupTable::GroupTable(std::vector<DataType> key_types, std::vector<BoundAggregate> aggregates,
                       bool has_event_time)
    : GroupTable(std::move(key_types), make_plan(std::move(aggregates), has_event_time)) {}

GroupTable::GroupTable(std::vector<DataType> key_types, Plan plan)
    : encoder_(std::move(key_types)),
      calls_(std::move(plan.calls)),
      table_(std::move(plan.layout)) {}

void GroupTable::find(const std::vector<ColumnRef>& keys, Rows rows) {
  groups_.resize(rows.size());
  if (keys.empty()) {
    groups_.assign(rows.size(), find_global());
    return;
  }
  encoder_.encode(keys, rows);
  table_.find_or_insert_batch(encoder_.keys(), encoder_.hashes(), groups_.data());
}

std::byte* GroupTable::find_global() { return table_.find_or_insert({}, KeyEncoder::hash_of({})); }

void GroupTable::evaluate(EvalContext& context, const RecordBatch& batch) {
  for (Call& call : calls_) {
    call.arguments.clear();
    for (const BoundExpressionPtr& argument : call.bound.arguments)
      call.arguments.push_back(argument->evaluate(context, batch, batch.rows()));
    if (call.bound.filter) call.filter = call.bound.filter->evaluate(context, batch, batch.rows());
  }
}

void GroupTable::add(EvalContext& context, Rows rows) {
  for (const Call& call : calls_) update_call(context, call, rows);
}

void GroupTable::update(EvalContext& context, Rows rows) {
  add(context, rows);
  for (Call& call : calls_) {
    call.arguments.clear();
    call.filter.reset();
  }
  table_.changed(groups_);
}

void GroupTable::update_call(EvalContext& context, const Call& call, Rows rows) {
  if (call.filter) {
    pass_filter(call, rows);
    rows = Rows::listed(passing_rows_.data(), static_cast<std::uint32_t>(passing_rows_.size()));
  } else {
    states_.resize(rows.size());
    for (std::size_t k = 0; k < states_.size(); ++k) states_[k] = groups_[k] + call.offset;
  }
  if (!call.is_growing)
    return call.bound.function->update(context, states_.data(), call.arguments, rows);
  growing_states_.resize(states_.size());
  for (std::size_t k = 0; k < states_.size(); ++k)
    growing_states_[k] = reinterpret_cast<StateBytes*>(states_[k]);
  call.bound.function->update(context, growing_states_.data(), call.arguments, rows);
}

/// Lists rows and states of those rows whose FILTER condition is true.
void GroupTable::pass_filter(const Call& call, Rows rows) {
  passing_rows_.clear();
  states_.clear();
  const Column& filter = *call.filter;
  if (filter.type().is_null()) return;
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    if (filter.is_null(rows[k]) || !filter.at<std::uint8_t>(rows[k])) continue;
    passing_rows_.push_back(rows[k]);
    states_.push_back(groups_[k] + call.offset);
  }
}

void GroupTable::fetch_states(const std::byte* group) const {
  for (const Call& call : calls_)
    if (call.is_growing)
      __builtin_prefetch(reinterpret_cast<const StateBytes*>(group + call.offset)->data());
}

void GroupTable::finish(EvalContext& context, std::span<std::byte* const> groups,
                        const std::vector<ColumnRef>& columns) {
  const std::size_t num_keys = encoder_.types().size();
  key_columns_.assign(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(num_keys));
  for (std::size_t k = 0; k < groups.size(); ++k) {
    if (k + kFetchedAhead < groups.size()) StateTable::fetch_entry(groups[k + kFetchedAhead]);
    encoder_.decode(StateTable::key_of(groups[k]), key_columns_);
  }
  finish_calls(context, groups, std::span(columns).subspan(num_keys));
  key_columns_.clear();
}

void GroupTable::finish_calls(EvalContext& context, std::span<std::byte* const> groups,
                              std::span<const ColumnRef> columns) const {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const Call& call = calls_[i];
    const AggregateFunction& function = *call.bound.function;
    for (const std::byte* group : groups) {
      if (call.is_growing)
        function.finish(context, *reinterpret_cast<const StateBytes*>(group + call.offset),
                        *columns[i]);
      else
        function.finish(context, group + call.offset, *columns[i]);
    }
  }
}

void GroupTable::merge(std::byte* into, std::byte* from) const {
  for (const Call& call : calls_) {
    const AggregateFunction& function = *call.bound.function;
    if (call.is_growing)
      function.merge(*reinterpret_cast<StateBytes*>(into + call.offset),
                     *reinterpret_cast<const StateBytes*>(from + call.offset));
    else
      function.merge(into + call.offset, from + call.offset);
  }
}

}  // namespace millrace
