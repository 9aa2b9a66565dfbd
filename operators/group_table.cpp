#include "operators/group_table.hpp"

#include "operators/shared_states.hpp"

namespace millrace {

namespace {

constexpr std::size_t kFetchedAhead = 8;

std::size_t round_up(std::size_t bytes) { return (bytes + 15) / 16 * 16; }

}  // namespace

GroupTable::Plan GroupTable::make_plan(std::vector<BoundAggregate> aggregates,
                                       bool has_event_time) {
  Plan plan;
  const std::vector<std::size_t> owners = state_owners(aggregates);
  std::size_t offset = has_event_time ? sizeof(StateTimer) : 0;
  for (std::size_t i = 0; i < aggregates.size(); ++i) {
    Call& call = plan.calls.emplace_back();
    call.bound = std::move(aggregates[i]);
    call.is_growing = call.bound.function->state_size() == 0;
    call.running = dynamic_cast<const RunningFunction*>(call.bound.function.get());
    call.filter = add_filter(plan.filters, call.bound.filter);
    Call& owner = plan.calls[owners[i]];
    call.number = static_cast<std::uint32_t>(owner.sharers.size());
    owner.sharers.push_back(i);
    call.offset = call.has_state() ? offset : owner.offset;
    if (!call.has_state()) continue;
    if (call.is_growing) plan.layout.growing.push_back(offset);
    offset += call.is_growing ? round_up(sizeof(StateBytes))
                              : round_up(call.bound.function->state_size());
  }
  share_states(plan.calls);
  plan.layout.value_size = offset;
  return plan;
}

/// Gives the number of a filter; each stands there once.
std::size_t GroupTable::add_filter(std::vector<Filter>& filters,
                                   const BoundExpressionPtr& condition) {
  if (!condition) return kNoFilter;
  std::size_t i = 0;
  while (i < filters.size() && filters[i].condition != condition) ++i;
  if (i == filters.size()) filters.push_back({condition, {}, {}, {}});
  return i;
}

void GroupTable::share_states(std::vector<Call>& calls) {
  for (Call& owner : calls) {
    if (owner.sharers.size() < 2) continue;
    const auto* single = dynamic_cast<const SharedFunction*>(owner.bound.function.get());
    owner.bound.function = single->for_calls(static_cast<std::uint32_t>(owner.sharers.size()));
    for (const std::size_t sharer : owner.sharers)
      calls[sharer].shared = dynamic_cast<const SharedFunction*>(owner.bound.function.get());
  }
}

GroupTable::GroupTable(std::vector<DataType> key_types, std::vector<BoundAggregate> aggregates,
                       bool has_event_time)
    : GroupTable(std::move(key_types), make_plan(std::move(aggregates), has_event_time)) {}

GroupTable::GroupTable(std::vector<DataType> key_types, Plan plan)
    : encoder_(std::move(key_types)),
      calls_(std::move(plan.calls)),
      filters_(std::move(plan.filters)),
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
  for (Filter& filter : filters_)
    filter.column = filter.condition->evaluate(context, batch, batch.rows());
  for (Call& call : calls_) {
    call.arguments.clear();
    if (!call.has_state()) continue;
    for (const BoundExpressionPtr& argument : call.bound.arguments)
      call.arguments.push_back(argument->evaluate(context, batch, batch.rows()));
  }
}

void GroupTable::forget_evaluated() {
  for (Filter& filter : filters_) filter.column.reset();
  for (Call& call : calls_) call.arguments.clear();
}

void GroupTable::add(EvalContext& context, Rows rows) {
  pass_filters(rows);
  for (const Call& call : calls_) {
    if (!call.has_state()) continue;
    if (call.shared != nullptr)
      update_sharers(call, rows);
    else
      update_call(context, call, rows);
  }
}

void GroupTable::update(EvalContext& context, Rows rows) {
  add(context, rows);
  forget_evaluated();
  table_.changed(groups_);
}

/// Lists, for each FILTER, the rows whose condition is true.
void GroupTable::pass_filters(Rows rows) {
  for (Filter& filter : filters_) {
    const Column& column = *filter.column;
    const auto* conditions = column.values<std::uint8_t>();
    if (column.type().is_null())
      list_passing(filter, rows, [](std::uint32_t) { return false; });
    else if (column.has_nulls() || column.is_constant())
      list_passing(filter, rows, [&](std::uint32_t row) {
        return !column.is_null(row) && column.at<std::uint8_t>(row) != 0;
      });
    else
      list_passing(filter, rows, [&](std::uint32_t row) { return conditions[row] != 0; });
  }
}

/// Without a branch for each row, as nobody can guess which pass.
template <class Passes>
void GroupTable::list_passing(Filter& filter, Rows rows, Passes passes) {
  filter.positions.resize(rows.size());
  std::uint32_t* const positions = filter.positions.data();
  std::size_t count = 0;
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    positions[count] = k;
    count += passes(rows[k]);
  }
  filter.positions.resize(count);
  filter.rows.resize(count);
  for (std::size_t i = 0; i < count; ++i) filter.rows[i] = rows[positions[i]];
}

void GroupTable::update_call(EvalContext& context, const Call& call, Rows rows) {
  list_states(call, rows);
  if (call.filter != kNoFilter) {
    const std::vector<std::uint32_t>& passing = filters_[call.filter].rows;
    rows = Rows::listed(passing.data(), static_cast<std::uint32_t>(passing.size()));
  }
  if (!call.is_growing)
    return call.bound.function->update(context, states_.data(), call.arguments, rows);
  growing_states_.resize(states_.size());
  for (std::size_t k = 0; k < states_.size(); ++k)
    growing_states_[k] = reinterpret_cast<StateBytes*>(states_[k]);
  call.bound.function->update(context, growing_states_.data(), call.arguments, rows);
}

/// The states of the call for the rows that pass its FILTER.
void GroupTable::list_states(const Call& call, Rows rows) {
  if (call.filter == kNoFilter) {
    states_.resize(rows.size());
    for (std::size_t k = 0; k < states_.size(); ++k) states_[k] = groups_[k] + call.offset;
    return;
  }
  const std::vector<std::uint32_t>& positions = filters_[call.filter].positions;
  states_.resize(positions.size());
  for (std::size_t i = 0; i < states_.size(); ++i)
    states_[i] = groups_[positions[i]] + call.offset;
}

/// Adds the rows to a state for all calls on it at once.
void GroupTable::update_sharers(const Call& owner, Rows rows) {
  calls_of_rows_.assign(rows.size(), 0);
  for (const std::size_t sharer : owner.sharers) {
    const Call& call = calls_[sharer];
    const std::uint32_t bit = 1u << call.number;
    if (call.filter == kNoFilter)
      for (std::uint32_t& calls : calls_of_rows_) calls |= bit;
    else
      for (const std::uint32_t k : filters_[call.filter].positions) calls_of_rows_[k] |= bit;
  }
  growing_states_.resize(rows.size());
  for (std::size_t k = 0; k < growing_states_.size(); ++k)
    growing_states_[k] = reinterpret_cast<StateBytes*>(groups_[k] + owner.offset);
  owner.shared->update_calls(growing_states_.data(), calls_of_rows_.data(), owner.arguments, rows);
}

void GroupTable::fetch_states(const std::byte* group) const {
  for (const Call& call : calls_)
    if (call.is_growing && call.has_state())
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
      if (call.shared != nullptr)
        call.shared->finish_call(*reinterpret_cast<const StateBytes*>(group + call.offset),
                                 call.number, *columns[i]);
      else if (call.is_growing)
        function.finish(context, *reinterpret_cast<const StateBytes*>(group + call.offset),
                        *columns[i]);
      else
        function.finish(context, group + call.offset, *columns[i]);
    }
  }
}

void GroupTable::merge(std::byte* into, std::byte* from) const {
  for (const Call& call : calls_) {
    if (!call.has_state()) continue;
    const AggregateFunction& function = *call.bound.function;
    if (call.is_growing)
      function.merge(*reinterpret_cast<StateBytes*>(into + call.offset),
                     *reinterpret_cast<const StateBytes*>(from + call.offset));
    else
      function.merge(into + call.offset, from + call.offset);
  }
}

}  // namespace millrace
