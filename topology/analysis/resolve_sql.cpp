#include "topology/analysis/resolver.hpp"
#include "topology/sql/sql_plan.hpp"

#include <algorithm>

namespace millrace {

Resolver::Resolved Resolver::resolve_kind(const plan::SqlQuery& query, const plan::Node& node) {
  const AggregatePredicate is_aggregate = [this](std::string_view name) {
    const FunctionEntry* entry = catalog_.functions->find(name);
    return entry && entry->kind == FunctionKind::Aggregate;
  };
  auto plan = plan_sql(query.text, is_aggregate, node.origin, zone_);
  if (!plan.ok()) {
    fail(std::move(plan.error()), node.origin);
    return std::nullopt;
  }
  parsed_nodes_.push_back(*plan);
  const std::size_t steps_before = created_.size();
  Resolved relation = resolve(*plan);
  if (!relation) return std::nullopt;
  // The steps of the query are named after the node that it stands in, its last step simply so.
  auto& steps = steps_[node.id];
  steps.assign(created_.begin() + long(steps_before), created_.end());
  std::erase(steps, relation->step);
  steps.push_back(relation->step);
  for (auto& column : relation->columns) column.node_ids.push_back(node.id);
  return relation;
}

}  // namespace millrace
