#include "expressions/expression_errors.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/over_errors.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>

// SELECT * FROM (SELECT *, row_number() OVER (...) AS rank ...) WHERE rank <= n: the first n rows
// of each key.
namespace millrace {
namespace {

const char* const kRank = "\x01r";

const WindowOver* row_number(const Expression& expression) {
  const auto* over = std::get_if<WindowOver>(&expression.node);
  const auto* call = over ? std::get_if<Function>(&over->function->node) : nullptr;
  const bool is_row_number =
      call && equal_ignoring_case(call->name, "row_number") && call->arguments.empty();
  return is_row_number ? over : nullptr;
}

std::optional<std::int64_t> whole_number(const ExpressionPtr& expression) {
  const auto* literal = std::get_if<Literal>(&expression->node);
  const auto* number = literal ? std::get_if<std::int64_t>(&literal->value.storage) : nullptr;
  return number && literal->value.type.is_integral() ? std::optional(*number) : std::nullopt;
}

bool is_column(const ExpressionPtr& expression, const std::string& name) {
  const auto* attribute = std::get_if<Attribute>(&expression->node);
  return attribute && equal_ignoring_case(attribute->parts.back(), name);
}

/// The largest rank that `condition` lets through, where it says so.
std::optional<std::int64_t> most_rank(const ExpressionPtr& condition, const std::string& rank) {
  const auto* call = std::get_if<Function>(&condition->node);
  if (!call || call->arguments.size() != 2) return std::nullopt;
  const ExpressionPtr& left = call->arguments[0];
  const ExpressionPtr& right = call->arguments[1];
  if (call->name == "and") {
    const auto one = most_rank(left, rank);
    const auto other = most_rank(right, rank);
    return one && other ? std::min(one, other) : one ? one : other;
  }
  const bool is_turned = is_column(right, rank);
  const auto number = whole_number(is_turned ? left : right);
  if (!number || !is_column(is_turned ? right : left, rank)) return std::nullopt;
  if (call->name == "==" || call->name == (is_turned ? ">=" : "<=")) return *number;
  if (call->name == (is_turned ? ">" : "<")) return *number - 1;
  return std::nullopt;
}

struct Place {
  std::vector<const plan::Node*> aliases;  // the innermost last
  const plan::Node* project = nullptr;
};

std::optional<Place> project_below(const plan::Node& filter) {
  Place place;
  const plan::Node* below = filter.inputs.at(0).get();
  for (; below && std::holds_alternative<plan::SubqueryAlias>(below->kind);
       below = below->inputs.at(0).get())
    place.aliases.push_back(below);
  place.project = below;
  const bool is_project = below && std::holds_alternative<plan::Project>(below->kind);
  return is_project ? std::optional(std::move(place)) : std::nullopt;
}

}  // namespace

/// Empty for filters that are nothing of the kind.
std::optional<Resolver::Resolved> Resolver::top_rows(const plan::Filter& filter,
                                                     const plan::Node& node) {
  const auto place = project_below(node);
  if (!place) return std::nullopt;
  const auto& list = std::get<plan::Project>(place->project->kind).expressions;
  const auto written = std::find_if(list.begin(), list.end(), [](const ExpressionPtr& item) {
    return row_number(*without_alias(item)) || std::holds_alternative<Text>(item->node);
  });
  if (written == list.end()) return std::nullopt;
  auto input = resolve(place->project->inputs.at(0));
  const std::size_t errors_before = errors_.size();
  const ExpressionPtr condition = parsed(filter.condition);
  auto items = input ? select_items(list, *input) : std::vector<SelectItem>{};
  const auto rank = std::find_if(items.begin(), items.end(), [](const SelectItem& item) {
    return item.column < 0 && row_number(*item.expression);
  });
  const auto most =
      condition && rank != items.end() ? most_rank(condition, rank->name) : std::nullopt;
  const bool is_top = most && *most >= 1 && errors_.size() == errors_before &&
                      !is_in_order_of_time(*row_number(*rank->expression), *input);
  errors_.resize(errors_before);
  if (!is_top) return std::nullopt;
  if (!check_strict_over(items, *input)) return Resolved{};
  Resolved ranked = top_rows_step(*input, *row_number(*rank->expression), *most, *place->project);
  if (!ranked) return ranked;
  rank->shown = std::exchange(rank->expression, make_attribute(kRank));
  ranked = project(std::move(*ranked), std::move(items), *place->project);
  for (auto alias = place->aliases.rbegin(); ranked && alias != place->aliases.rend(); ++alias)
    ranked = aliased(*ranked, std::get<plan::SubqueryAlias>((*alias)->kind).name, **alias);
  return ranked ? filtered(*ranked, condition, node, condition) : std::nullopt;
}

bool Resolver::is_in_order_of_time(const WindowOver& over, const Relation& input) {
  if (over.order_by.size() != 1) return false;
  const auto* order = std::get_if<SortOrder>(&over.order_by.front()->node);
  if (order && !order->ascending) return false;
  const std::size_t errors_before = errors_.size();
  const BoundExpressionPtr bound = bind_in(order ? order->child : over.order_by.front(), input);
  errors_.resize(errors_before);
  return bound && grows_with_time(bound->type());
}

Resolver::Resolved Resolver::top_rows_step(const Relation& input, const WindowOver& over,
                                           std::int64_t count, const plan::Node& node) {
  const std::size_t errors_before = errors_.size();
  resolved::TopRows kind;
  kind.count = count;
  for (const auto& key : over.partition_by) kind.keys.push_back(bind_in(key, input));
  for (const auto& written : over.order_by) {
    const auto* order = std::get_if<SortOrder>(&written->node);
    const BoundExpressionPtr bound = bind_order(order ? order->child : written, input);
    kind.order.push_back({bound, !order || order->ascending, !order || order->nulls_first});
  }
  if (over.order_by.empty()) fail(over_without_order("row_number()"), node.origin);
  if (errors_.size() != errors_before) return std::nullopt;
  resolved::Step step;
  step.kind = std::move(kind);
  step.inputs = {input.step};
  step.detail = "row_number() <= " + std::to_string(count);
  std::vector<ScopeColumn> columns = input.columns;
  columns.push_back({"row_number()", {}, {}, DataType(TypeKind::Int), false});
  Relation relation = finish(std::move(step), std::move(columns), node);
  relation.columns.back().name = kRank;
  return relation;
}

}  // namespace millrace
