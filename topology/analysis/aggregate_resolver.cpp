#include "topology/analysis/aggregate_resolver.hpp"

#include "expressions/expression_errors.hpp"
#include "topology/analysis/aggregate_errors.hpp"
#include "topology/analysis/expression_tree.hpp"

#include <algorithm>

namespace millrace {
namespace {

bool is_internal(const Attribute& attribute) { return attribute.parts.front().front() == '\x01'; }

/// `count(*)` counts rows, as `count(1)` does.
ExpressionPtr without_star(const ExpressionPtr& call) {
  return map_children(call, [](const ExpressionPtr& child) {
    return std::holds_alternative<Star>(child->node) ? make_literal(int_value(1), child->origin)
                                                     : child;
  });
}

ExpressionPtr field_of(ExpressionPtr base, const std::string& field) {
  Value name{DataType(TypeKind::String), field};
  const Origin origin = base->origin;
  return make_expression(ExtractValue{std::move(base), make_literal(std::move(name))}, origin);
}

}  // namespace

AggregateResolver::AggregateResolver(Resolver& resolver, const plan::Aggregate& aggregate,
                                     const plan::Node& node, Relation input)
    : resolver_(resolver),
      aggregate_(aggregate),
      node_(node),
      child_(std::move(input)),
      input_(child_) {}

std::optional<Relation> AggregateResolver::resolve(const std::vector<AggregateStage>& stages) {
  const std::size_t errors_before = resolver_.errors_.size();
  collect_select_list();
  collect_grouping();
  const bool has_window = take_window();
  take_stages(stages);
  for (const auto& item : select_) lifted_.push_back(lifted(item.expression));
  if (!has_window || resolver_.errors_.size() != errors_before) return std::nullopt;
  if (!expand_grouping_sets()) return std::nullopt;
  auto relation = aggregate_step();
  for (const auto& stage : stages_) {
    if (relation) relation = apply(stage, *relation);
  }
  return relation ? select_step(*relation) : std::nullopt;
}

void AggregateResolver::collect_select_list() {
  if (aggregate_.select_list) {
    select_ = resolver_.select_items(aggregate_.aggregates, child_);
    return;
  }
  select_ = resolver_.select_items(aggregate_.grouping, child_);
  auto calls = resolver_.select_items(aggregate_.aggregates, child_);
  select_.insert(select_.end(), calls.begin(), calls.end());
}

void AggregateResolver::collect_grouping() {
  std::vector<ExpressionPtr> written;
  for (const auto& expression : resolver_.parsed_list(aggregate_.grouping)) {
    if (!std::holds_alternative<Star>(expression->node)) {
      written.push_back(grouping_target(expression));
      continue;
    }
    for (const auto& column : child_.columns) written.push_back(make_attribute(column.name));
  }
  for (const auto& expression : written) {
    if (!expression) continue;
    keys_.push_back(without_alias(expression));
    key_texts_.push_back(canonical_text(keys_.back(), child_.columns));
    key_names_.push_back(alias_name(*expression).value_or(column_name(*keys_.back())));
  }
}

// GROUP BY 2 and GROUP BY alias mean what stands in the select list.
ExpressionPtr AggregateResolver::grouping_target(const ExpressionPtr& written) {
  if (const auto* literal = std::get_if<Literal>(&written->node)) {
    const auto* position = std::get_if<std::int64_t>(&literal->value.storage);
    if (!position || !literal->value.type.is_integral()) return written;
    if (*position >= 1 && std::size_t(*position) <= select_.size()) {
      return select_[std::size_t(*position) - 1].expression;
    }
    resolver_.fail(group_by_position_out_of_range(*position, select_.size()), written->origin);
    return nullptr;
  }
  const auto* attribute = std::get_if<Attribute>(&written->node);
  if (!attribute || !match_attribute(*attribute, child_.columns).empty()) return written;
  for (const auto& item : select_) {
    if (attribute->parts.size() == 1 && equal_ignoring_case(item.name, attribute->parts[0])) {
      return item.expression;
    }
  }
  return written;
}

// The window becomes a column of the input, and its call one of the keys like any other.
bool AggregateResolver::take_window() {
  std::vector<ExpressionPtr> expressions = keys_;
  for (const auto& item : select_) expressions.push_back(item.expression);
  const std::size_t errors_before = resolver_.errors_.size();
  const ExpressionPtr window = resolver_.window_call(expressions, child_);
  if (!window) return resolver_.errors_.size() == errors_before;
  const std::string text = canonical_text(window, child_.columns);
  const auto key = std::find(key_texts_.begin(), key_texts_.end(), text);
  if (key == key_texts_.end()) return true;  // refused where it stands
  window_key_ = std::size_t(key - key_texts_.begin());
  window_name_ = lower_case(std::get<Function>(window->node).name);
  if (key_names_[*window_key_] == column_name(*window)) key_names_[*window_key_] = window_name_;
  auto input = resolver_.add_window(child_, window, node_);
  if (input) input_ = std::move(*input);
  return input.has_value();
}

ExpressionPtr AggregateResolver::lifted(const ExpressionPtr& expression) {
  return replace_top_down(expression, [&](const ExpressionPtr& part) { return lift_part(part); });
}

ExpressionPtr AggregateResolver::lift_part(const ExpressionPtr& part) {
  const std::string text = canonical_text(part, child_.columns);
  for (std::size_t i = 0; i < key_texts_.size(); ++i) {
    if (key_texts_[i] == text) return make_attribute(key_column(i), part->origin);
  }
  if (const auto* lambda = std::get_if<Lambda>(&part->node)) {
    const std::size_t depth = lambda_names_.size();
    lambda_names_.insert(lambda_names_.end(), lambda->parameters.begin(), lambda->parameters.end());
    ExpressionPtr mapped =
        map_children(part, [&](const ExpressionPtr& child) { return lifted(child); });
    lambda_names_.resize(depth);
    return mapped;
  }
  if (const auto* call = std::get_if<Function>(&part->node)) return lift_special(*call, part);
  const auto* attribute = std::get_if<Attribute>(&part->node);
  return attribute ? lift_attribute(*attribute, part) : nullptr;
}

ExpressionPtr AggregateResolver::lift_attribute(const Attribute& attribute,
                                                const ExpressionPtr& part) {
  const auto is_parameter = [&](const std::string& name) {
    return equal_ignoring_case(name, attribute.parts.front());
  };
  if (is_internal(attribute) ||
      std::any_of(lambda_names_.begin(), lambda_names_.end(), is_parameter)) {
    return part;
  }
  const auto matches = match_attribute(attribute, child_.columns);
  if (matches.empty() && window_key_ && is_parameter(window_name_)) {
    Attribute window = attribute;
    window.parts.front() = key_column(*window_key_);
    return make_expression(std::move(window), part->origin);
  }
  // A field of a grouping column: `GROUP BY person` ... `person.name`.
  if (!matches.empty() && !matches.front().fields.empty()) {
    const auto& name = child_.columns[matches.front().index].name;
    const std::string text = canonical_text(make_attribute(name), child_.columns);
    for (std::size_t i = 0; i < key_texts_.size(); ++i) {
      if (key_texts_[i] != text) continue;
      ExpressionPtr field = make_attribute(key_column(i), part->origin);
      for (const auto& step : matches.front().fields) field = field_of(std::move(field), step);
      return field;
    }
  }
  refuse_ungrouped(part, !matches.empty());
  return part;
}

ExpressionPtr AggregateResolver::lift_special(const Function& call, const ExpressionPtr& part) {
  const FunctionKind kind = resolver_.kind_of(*part);
  if (kind == FunctionKind::Aggregate) return lift_call(part);
  const std::string name = lower_case(call.name);
  if (name == "window_time" && call.arguments.size() == 1) {
    return make_expression(Function{call.name, {lifted(call.arguments[0])}, false, {}},
                           part->origin);
  }
  if (kind == FunctionKind::TimeWindow) {
    resolver_.fail(missing_aggregation(column_name(*part)), part->origin);
    return part;
  }
  if (name == "grouping_id" && call.arguments.empty()) return lift_grouping_id(part);
  if (name == "grouping" && call.arguments.size() == 1) return lift_grouping(call, part);
  return nullptr;
}

ExpressionPtr AggregateResolver::lift_call(const ExpressionPtr& written) {
  const ExpressionPtr call = without_star(written);
  const bool is_refused = resolver_.settings_.spark_strict && input_.step->streaming;
  if (std::get<Function>(call->node).distinct && is_refused) {
    resolver_.fail(distinct_aggregate(), written->origin);
    return written;
  }
  const auto [place, is_new] =
      call_of_text_.try_emplace(canonical_text(call, child_.columns), calls_.size());
  if (is_new) calls_.push_back({call, column_name(*written)});
  return make_attribute(call_column(place->second), written->origin);
}

void AggregateResolver::refuse_ungrouped(const ExpressionPtr& attribute, bool exists) {
  if (!exists) {
    (void)resolver_.bind_in(attribute, child_);
    return;
  }
  resolver_.fail(keys_.empty() ? missing_group_by() : missing_aggregation(column_name(*attribute)),
                 attribute->origin);
}

}  // namespace millrace
