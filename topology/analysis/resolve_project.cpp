#include "expressions/expression_errors.hpp"
#include "expressions/parser.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>

namespace millrace {
namespace {

std::string detail_of(const std::vector<SelectItem>& items) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += ", ";
    const std::string sql = to_sql(item.shown ? *item.shown : *item.expression);
    text += sql == item.name ? sql : sql + " AS " + item.name;
  }
  return text;
}

ScopeColumn output_column(const SelectItem& item, const BoundExpressionPtr& bound,
                          const Relation& input) {
  ScopeColumn column{item.name, {}, {}, bound->type(), bound->nullable()};
  if (bound->column_index() < 0) return column;
  const ScopeColumn& from = input.columns[std::size_t(bound->column_index())];
  if (!equal_ignoring_case(from.name, item.name)) return column;
  column.qualifiers = from.qualifiers;
  column.node_ids = from.node_ids;
  return column;
}

Error star_not_resolved(const Star& star) {
  std::string target;
  for (const auto& part : star.target) target += (target.empty() ? "" : ".") + part;
  Error error = spark_error("CANNOT_RESOLVE_STAR_EXPAND", "42704",
                            "Cannot resolve `" + target + "`.* given input columns.");
  error.kind = ErrorKind::Config;
  error.fix = "name a source or an operator that this one reads";
  return error;
}

}  // namespace

void Resolver::expand_star(const Star& star, const Origin& origin, const Relation& input,
                           std::vector<SelectItem>& items) {
  const std::size_t before = items.size();
  for (std::size_t i = 0; i < input.columns.size(); ++i) {
    const ScopeColumn& column = input.columns[i];
    if (!has_qualifier(column, star.target)) continue;
    items.push_back({make_attribute(column.name, origin), column.name, {}, int(i)});
  }
  if (items.size() == before && !star.target.empty()) fail(star_not_resolved(star), origin);
}

std::vector<SelectItem> Resolver::select_items(const std::vector<ExpressionPtr>& list,
                                               const Relation& input) {
  std::vector<SelectItem> items;
  for (const auto& expression : parsed_list(list)) {
    if (const auto* star = std::get_if<Star>(&expression->node)) {
      expand_star(*star, expression->origin, input, items);
    } else if (const auto* alias = std::get_if<Alias>(&expression->node)) {
      items.push_back({without_alias(expression), alias->names.front(), alias->names});
    } else {
      items.push_back({expression, column_name(*expression), {}});
    }
  }
  return items;
}

// Time windows first, then the generator, then OVER, then everything else: each becomes a step of
// its own.
Resolver::Resolved Resolver::project(Relation input, std::vector<SelectItem> items,
                                     const plan::Node& node) {
  Resolved relation = assign_window(std::move(input), items, node);
  if (relation) relation = explode(std::move(*relation), items, node);
  if (relation) relation = over(std::move(*relation), items, node);
  return relation ? bind_project(*relation, items, node) : std::nullopt;
}

Resolver::Resolved Resolver::bind_project(const Relation& input,
                                          const std::vector<SelectItem>& items,
                                          const plan::Node& node) {
  resolved::Project project;
  resolved::Step step;
  std::vector<ScopeColumn> columns;
  for (const auto& item : items) {
    BoundExpressionPtr bound = bind_item(item, input);
    if (!bound) continue;
    step.event_time.push_back(event_time_of(item.expression, bound, input));
    columns.push_back(output_column(item, bound, input));
    project.expressions.push_back(std::move(bound));
  }
  if (columns.size() != items.size()) return std::nullopt;
  step.kind = std::move(project);
  step.inputs = {input.step};
  step.detail = detail_of(items);
  return finish(std::move(step), std::move(columns), node);
}

BoundExpressionPtr Resolver::bind_item(const SelectItem& item, const Relation& input) {
  if (item.column < 0) return bind_in(item.expression, input);
  const ScopeColumn& column = input.columns[std::size_t(item.column)];
  return bound_column(item.column, column.type, column.nullable);
}

Relation Resolver::keep(const Relation& input, const std::vector<std::size_t>& columns,
                        const plan::Node& node) {
  std::vector<SelectItem> items;
  for (const std::size_t i : columns) {
    const std::string& name = input.columns[i].name;
    items.push_back({make_attribute(name), name, {}, int(i)});
  }
  return *bind_project(input, items, node);
}

Resolver::Resolved Resolver::resolve_kind(const plan::Project& project_kind,
                                          const plan::Node& node) {
  const bool is_global_aggregate =
      std::any_of(project_kind.expressions.begin(), project_kind.expressions.end(),
                  [&](const ExpressionPtr& expression) { return is_aggregate_text(expression); });
  if (is_global_aggregate) {
    plan::Aggregate global;
    global.aggregates = project_kind.expressions;
    global.select_list = true;
    return aggregate(global, node, {});
  }
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  const std::size_t errors_before = errors_.size();
  auto items = select_items(project_kind.expressions, *input);
  if (errors_.size() != errors_before) {
    bind_rest(items, *input);
    return std::nullopt;
  }
  return project(std::move(*input), std::move(items), node);
}

// After an error in one expression the others are still looked at.
void Resolver::bind_rest(const std::vector<SelectItem>& items, const Relation& input) {
  for (const auto& item : items) {
    const bool is_special = has_over(*item.expression) ||
                            has_call(*item.expression, FunctionKind::Generator) ||
                            has_call(*item.expression, FunctionKind::TimeWindow);
    if (!is_special) (void)bind_item(item, input);
  }
}

bool Resolver::is_aggregate_text(const ExpressionPtr& expression) {
  if (const auto* text = std::get_if<Text>(&expression->node)) {
    auto list = parse_expression_list(text->sql, expression->origin, zone_);
    return list.ok() && list->size() == 1 && has_call(*list->front(), FunctionKind::Aggregate);
  }
  return has_call(*expression, FunctionKind::Aggregate);
}

Resolver::Resolved Resolver::resolve_kind(const plan::Filter& filter, const plan::Node& node) {
  if (auto joint = over_aggregate(node)) return *joint;
  if (auto top = top_rows(filter, node)) return *top;
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  const ExpressionPtr condition = parsed(filter.condition);
  if (!condition) return std::nullopt;
  return filtered(*input, condition, node, condition);
}

Resolver::Resolved Resolver::filtered(const Relation& input, const ExpressionPtr& condition,
                                      const plan::Node& node, const ExpressionPtr& written) {
  BoundExpressionPtr bound = bind_condition(condition, input);
  if (!bound) return std::nullopt;
  resolved::Step step;
  step.kind = resolved::Filter{std::move(bound)};
  step.inputs = {input.step};
  step.event_time = input.step->event_time;
  step.detail = to_sql(*written);
  return finish(std::move(step), input.columns, node);
}

}  // namespace millrace
