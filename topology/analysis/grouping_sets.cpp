#include "topology/analysis/aggregate_errors.hpp"
#include "topology/analysis/aggregate_resolver.hpp"
#include "topology/analysis/expression_tree.hpp"

#include <algorithm>

namespace millrace {

// One row for each grouping set: the input, the keys (NULL where the set leaves them out), and
// Spark's grouping id, whose highest bit is the first key.
bool AggregateResolver::expand_grouping_sets() {
  if (aggregate_.kind == plan::GroupKind::GroupBy) return true;
  std::vector<BoundExpressionPtr> keys;
  for (std::size_t i = 0; i < keys_.size(); ++i) keys.push_back(bound_key(i));
  if (std::find(keys.begin(), keys.end(), nullptr) != keys.end()) return false;
  std::vector<ScopeColumn> columns = input_.columns;
  resolved::Step step;
  step.event_time = input_.step->event_time;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    columns.push_back({key_names_[i], {}, {}, keys[i]->type(), true});
    const int from = keys[i]->column_index();
    step.event_time.push_back(from < 0 ? std::nullopt : input_.step->event_time[std::size_t(from)]);
  }
  columns.push_back({"spark_grouping_id", {}, {}, DataType(TypeKind::Long), false});
  resolved::Expand expand;
  for (const auto& set : grouping_sets()) expand.projections.push_back(projection(keys, set));
  step.kind = std::move(expand);
  step.inputs = {input_.step};
  first_expanded_ = input_.columns.size();
  input_ = resolver_.finish(std::move(step), std::move(columns), node_);
  keys_.push_back(make_attribute("spark_grouping_id"));
  key_names_.push_back("spark_grouping_id");
  return true;
}

std::vector<BoundExpressionPtr> AggregateResolver::projection(
    const std::vector<BoundExpressionPtr>& keys, const std::vector<std::size_t>& set) const {
  std::vector<BoundExpressionPtr> expressions;
  for (std::size_t i = 0; i < input_.columns.size(); ++i) {
    const ScopeColumn& column = input_.columns[i];
    expressions.push_back(bound_column(int(i), column.type, column.nullable));
  }
  std::int64_t id = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool is_grouped = std::find(set.begin(), set.end(), i) != set.end();
    id = id * 2 + (is_grouped ? 0 : 1);
    expressions.push_back(is_grouped ? keys[i] : bound_literal(Value{keys[i]->type(), {}}));
  }
  expressions.push_back(bound_literal(int_value(id, TypeKind::Long)));
  return expressions;
}

std::vector<std::vector<std::size_t>> AggregateResolver::grouping_sets() const {
  if (aggregate_.kind == plan::GroupKind::GroupingSets) return aggregate_.sets;
  std::vector<std::vector<std::size_t>> sets;
  const std::size_t size = keys_.size();
  if (aggregate_.kind == plan::GroupKind::Rollup) {
    for (std::size_t length = size + 1; length-- > 0;) {
      auto& set = sets.emplace_back();
      for (std::size_t i = 0; i < length; ++i) set.push_back(i);
    }
    return sets;
  }
  for (std::size_t left_out = 0; left_out < (std::size_t{1} << size); ++left_out) {
    auto& set = sets.emplace_back();
    for (std::size_t i = 0; i < size; ++i) {
      if (!(left_out >> (size - 1 - i) & 1)) set.push_back(i);
    }
  }
  return sets;
}

ExpressionPtr AggregateResolver::lift_grouping_id(const ExpressionPtr& part) {
  if (aggregate_.kind != plan::GroupKind::GroupBy) {
    return make_attribute(key_column(keys_.size()), part->origin);
  }
  resolver_.fail(no_grouping_sets(), part->origin);
  return part;
}

ExpressionPtr AggregateResolver::lift_grouping(const Function& call, const ExpressionPtr& part) {
  const std::string text = canonical_text(call.arguments[0], child_.columns);
  const auto key = std::find(key_texts_.begin(), key_texts_.end(), text);
  if (aggregate_.kind == plan::GroupKind::GroupBy || key == key_texts_.end()) {
    resolver_.fail(no_grouping_sets(), part->origin);
    return part;
  }
  const auto bit = std::int64_t(key_texts_.end() - key) - 1;
  ExpressionPtr shifted = make_expression(
      Function{"shiftright", {lift_grouping_id(part), make_literal(int_value(bit))}, false, {}});
  ExpressionPtr flag = make_expression(
      Function{"&", {shifted, make_literal(int_value(1, TypeKind::Long))}, false, {}});
  return make_expression(Cast{flag, DataType(TypeKind::Byte), CastMode::Plain}, part->origin);
}

}  // namespace millrace
