#include "topology/analysis/aggregate_resolver.hpp"
#include "topology/analysis/expression_tree.hpp"

#include <algorithm>

namespace millrace {
namespace {

std::string detail_of(const std::vector<std::string>& keys, const std::vector<std::string>& calls) {
  std::string text = "keys=[";
  for (const auto& key : keys) text += (text.back() == '[' ? "" : ", ") + key;
  text += "], aggregates=[";
  for (const auto& call : calls) text += (text.back() == '[' ? "" : ", ") + call;
  return text + "]";
}

bool is_deterministic(const Expression& expression, const FunctionRegistry& functions) {
  return !any_of(expression, [&](const Expression& part) {
    if (std::holds_alternative<UserFunction>(part.node)) return true;
    const auto* call = std::get_if<Function>(&part.node);
    const FunctionEntry* entry = call ? functions.find(call->name) : nullptr;
    return entry && !entry->deterministic;
  });
}

}  // namespace

std::optional<Relation> AggregateResolver::aggregate_step() {
  resolved::Aggregate aggregate;
  resolved::Step step;
  std::vector<ScopeColumn> columns;
  const bool keys_ok = bind_keys(aggregate, step, columns);
  const bool calls_ok = bind_calls(aggregate, columns);
  if (!keys_ok || !calls_ok) return std::nullopt;
  aggregate.may_slice = may_slice(aggregate);
  std::vector<std::string> call_names;
  for (const auto& call : calls_) call_names.push_back(call.name);
  step.kind = std::move(aggregate);
  step.inputs = {input_.step};
  step.detail = detail_of(key_names_, call_names);
  Relation relation = resolver_.finish(std::move(step), columns, node_);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    relation.columns[i].name = internal_name(i);
  }
  return relation;
}

bool AggregateResolver::bind_keys(resolved::Aggregate& aggregate, resolved::Step& step,
                                  std::vector<ScopeColumn>& columns) {
  bool ok = true;
  for (std::size_t i = 0; i < key_names_.size(); ++i) {
    const BoundExpressionPtr key = bound_key(i);
    ok = ok && key;
    if (!key) continue;
    ScopeColumn column{key_names_[i], {}, {}, key->type(), key->nullable()};
    std::optional<std::int64_t> delay;
    if (key->column_index() >= 0) {
      const auto from = std::size_t(key->column_index());
      delay = input_.step->event_time[from];
      column.qualifiers = input_.columns[from].qualifiers;
      column.node_ids = input_.columns[from].node_ids;
    }
    if (delay && aggregate.event_time_key < 0) aggregate.event_time_key = int(i);
    step.event_time.push_back(delay);
    columns.push_back(std::move(column));
    aggregate.keys.push_back(key);
  }
  if (window_key_ && window_name_ == "session_window") aggregate.session_key = int(*window_key_);
  return ok;
}

BoundExpressionPtr AggregateResolver::bound_key(std::size_t i) {
  std::optional<std::size_t> column;
  if (first_expanded_) {
    column = *first_expanded_ + i;
  } else if (i == window_key_) {
    column = input_.columns.size() - 1;
  }
  if (!column) return resolver_.bind_in(keys_[i], input_);
  const ScopeColumn& from = input_.columns[*column];
  return bound_column(int(*column), from.type, from.nullable);
}

// Aggregates are bound without the window's column; other keys might look at it.
bool AggregateResolver::may_slice(const resolved::Aggregate& aggregate) const {
  const auto* assign = std::get_if<resolved::AssignWindow>(&input_.step->kind);
  if (!assign || !window_key_ || aggregate.event_time_key != int(*window_key_)) return false;
  if (assign->window.is_session() || assign->window.slide == assign->window.size) return false;
  const auto is_window = [](const Expression& part) {
    const auto* call = std::get_if<Function>(&part.node);
    const auto* attribute = std::get_if<Attribute>(&part.node);
    return (call && equal_ignoring_case(call->name, "window")) ||
           (attribute && equal_ignoring_case(attribute->parts.front(), "window"));
  };
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (i != *window_key_ && any_of(*keys_[i], is_window)) return false;
  return std::none_of(aggregate.aggregates.begin(), aggregate.aggregates.end(),
                      [](const BoundAggregate& call) { return call.order_sensitive; });
}

// Calls with the same FILTER have it as one expression, which is then evaluated once.
bool AggregateResolver::bind_calls(resolved::Aggregate& aggregate,
                                   std::vector<ScopeColumn>& columns) {
  std::map<std::string, BoundExpressionPtr> filters;
  for (const auto& call : calls_) {
    const auto& function = std::get<Function>(call.expression->node);
    auto bound =
        bind_aggregate(function, call.expression->origin, child_.scope(),
                       *resolver_.catalog_.functions, resolver_.expression_settings_, resolver_.errors_);
    if (!bound) continue;
    if (function.filter && is_deterministic(*function.filter, *resolver_.catalog_.functions))
      bound->filter = filters.try_emplace(canonical_text(function.filter, child_.columns), bound->filter)
                          .first->second;
    columns.push_back(
        {call.name, {}, {}, bound->function->result_type(), bound->function->nullable()});
    aggregate.aggregates.push_back(std::move(*bound));
  }
  return aggregate.aggregates.size() == calls_.size();
}

// HAVING and ORDER BY may name columns of the select list; inside of aggregates names are the
// input's.
ExpressionPtr AggregateResolver::with_select_names(const ExpressionPtr& expression) const {
  return replace_top_down(expression, [&](const ExpressionPtr& part) -> ExpressionPtr {
    if (resolver_.kind_of(*part) == FunctionKind::Aggregate) return part;
    const auto* attribute = std::get_if<Attribute>(&part->node);
    if (!attribute || attribute->parts.size() != 1) return nullptr;
    for (const auto& item : select_) {
      if (equal_ignoring_case(item.name, attribute->parts.front())) return item.expression;
    }
    return nullptr;
  });
}

void AggregateResolver::take_stages(const std::vector<AggregateStage>& stages) {
  stages_ = stages;
  for (auto& stage : stages_) {
    for (const auto& expression : stage.written) {
      stage.lifted.push_back(lifted(with_select_names(expression)));
    }
  }
}

std::optional<Relation> AggregateResolver::apply(const AggregateStage& stage,
                                                 const Relation& input) {
  if (std::holds_alternative<plan::Filter>(stage.node->kind)) {
    return resolver_.filtered(input, stage.lifted.front(), *stage.node, stage.written.front());
  }
  return resolver_.sorted(input, stage.lifted, *stage.node, stage.written);
}

// Nothing is computed when the select list is the aggregate's columns as they are, or by other
// names.
std::optional<Relation> AggregateResolver::select_step(const Relation& input) {
  bool is_identity = select_.size() == input.columns.size() && stages_.empty();
  for (std::size_t i = 0; is_identity && i < select_.size(); ++i) {
    const auto* attribute = std::get_if<Attribute>(&lifted_[i]->node);
    is_identity = attribute && attribute->parts == std::vector{input.columns[i].name};
  }
  std::vector<SelectItem> items = select_;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].shown = std::exchange(items[i].expression, lifted_[i]);
    items[i].column = -1;
  }
  if (!is_identity) return resolver_.project(input, std::move(items), top());
  Relation relation = input;
  for (std::size_t i = 0; i < items.size(); ++i) relation.columns[i].name = items[i].name;
  relation.step->schema = schema_of(relation.columns);
  return relation;
}

const plan::Node& AggregateResolver::top() const {
  return stages_.empty() ? node_ : *stages_.back().node;
}

std::string AggregateResolver::internal_name(std::size_t i) const {
  return i < keys_.size() ? key_column(i) : call_column(i - keys_.size());
}

std::string AggregateResolver::key_column(std::size_t i) { return "\x01k" + std::to_string(i); }

std::string AggregateResolver::call_column(std::size_t i) {
  return "\x01"
         "a" +
         std::to_string(i);
}

}  // namespace millrace
