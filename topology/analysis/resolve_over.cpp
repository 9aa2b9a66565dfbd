#include "topology/analysis/aggregate_errors.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/over_errors.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>

// OVER on streams: an extension, Spark has none.
namespace millrace {
namespace {

/// The distinct OVER calls of the items, in the order they are written.
std::vector<ExpressionPtr> over_calls(const std::vector<SelectItem>& items, const Relation& input) {
  std::vector<ExpressionPtr> calls;
  std::set<std::string> known;
  const std::function<void(const ExpressionPtr&)> collect = [&](const ExpressionPtr& part) {
    if (!std::holds_alternative<WindowOver>(part->node)) return for_each_child(*part, collect);
    if (known.insert(canonical_text(part, input.columns)).second) calls.push_back(part);
  };
  for (const auto& item : items) collect(item.expression);
  return calls;
}

/// Equal for calls that one step can compute.
std::string step_text(const OverCall& call, const Relation& input) {
  std::string text = std::to_string(int(call.kind));
  for (const auto& key : call.over().partition_by) text += "," + canonical_text(key, input.columns);
  for (const auto& order : call.over().order_by) text += "|" + canonical_text(order, input.columns);
  return text;
}

bool is_call_of(const ExpressionPtr& expression, std::string_view name) {
  const auto* call = std::get_if<Function>(&expression->node);
  return call && equal_ignoring_case(call->name, name);
}

/// `row_number() OVER (...)` counts the rows so far.
ExpressionPtr count_for_row_number(const ExpressionPtr& part) {
  const auto* over = std::get_if<WindowOver>(&part->node);
  if (!over || !is_call_of(over->function, "row_number")) return nullptr;
  if (!std::get<Function>(over->function->node).arguments.empty()) return nullptr;
  WindowOver count = *over;
  count.function = make_expression(Function{"count", {make_literal(int_value(1))}, false, {}});
  return make_expression(Cast{make_expression(std::move(count), part->origin), TypeKind::Int},
                         part->origin);
}

std::string detail_of(const std::vector<OverCall>& calls) {
  std::string text;
  for (const auto& call : calls) text += (text.empty() ? "" : ", ") + to_sql(*call.expression);
  return text;
}

std::string upper_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
  }
  return text;
}

/// Each column behind the name that it is reached by, as Spark prints it.
ExpressionPtr with_qualifiers(const ExpressionPtr& expression,
                              const std::vector<ScopeColumn>& columns) {
  return replace_top_down(expression, [&](const ExpressionPtr& part) -> ExpressionPtr {
    const auto* attribute = std::get_if<Attribute>(&part->node);
    if (!attribute || attribute->parts.size() != 1) return nullptr;
    const auto matches = match_attribute(*attribute, columns);
    if (matches.size() != 1) return nullptr;
    const ScopeColumn& column = columns[matches.front().index];
    if (column.qualifiers.empty()) return nullptr;
    return make_expression(Attribute{{column.qualifiers.front(), column.name}, {}}, part->origin);
  });
}

std::string spark_list(const std::vector<ExpressionPtr>& expressions,
                       const std::vector<ScopeColumn>& columns) {
  std::string text;
  for (const auto& expression : expressions)
    text += (text.empty() ? "" : ", ") + to_sql(*with_qualifiers(expression, columns));
  return text;
}

/// What stands behind OVER, with the frame that Spark takes where none is written.
std::string spark_specification(const WindowOver& over, const std::vector<ScopeColumn>& columns) {
  std::string text;
  if (!over.partition_by.empty())
    text += "PARTITION BY " + spark_list(over.partition_by, columns) + " ";
  if (!over.order_by.empty()) text += "ORDER BY " + spark_list(over.order_by, columns) + " ";
  const std::string unit = is_call_of(over.function, "row_number") ? "ROWS" : "RANGE";
  const std::string frame = unit + " BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  return "(" + text + (over.frame.empty() ? frame : over.frame) + ")";
}

Error refused_as_in_spark(const WindowOver& over, const std::string& column,
                          const std::vector<ScopeColumn>& columns) {
  return over_on_stream(upper_case(column_name(*over.function)), column,
                        upper_case(spark_specification(over, columns)));
}

}  // namespace

bool grows_with_time(const DataType& type) {
  return type.kind() == TypeKind::Timestamp || type.kind() == TypeKind::TimestampNtz ||
         type.kind() == TypeKind::Date;
}

Resolver::Resolved Resolver::over(Relation input, std::vector<SelectItem>& items,
                                  const plan::Node& node) {
  if (!check_strict_over(items, input)) return std::nullopt;
  for (auto& item : items) {
    if (item.column >= 0 || !has_over(*item.expression)) continue;
    if (!item.shown) item.shown = item.expression;
    item.expression = replace_top_down(item.expression, count_for_row_number);
  }
  std::vector<std::vector<OverCall>> steps;
  std::map<std::string, std::size_t> step_of;
  const std::size_t errors_before = errors_.size();
  for (const auto& expression : over_calls(items, input)) {
    auto call = over_call(expression);
    if (!call) continue;
    const auto [place, is_new] = step_of.try_emplace(step_text(*call, input), steps.size());
    if (is_new) steps.emplace_back();
    steps[place->second].push_back(std::move(*call));
  }
  if (errors_.size() != errors_before) return std::nullopt;
  return over_steps(std::move(input), steps, items, node);
}

/// Adds the steps one above the other and puts their columns into the items.
Resolver::Resolved Resolver::over_steps(Relation input,
                                        const std::vector<std::vector<OverCall>>& steps,
                                        std::vector<SelectItem>& items, const plan::Node& node) {
  const std::vector<ScopeColumn> columns = input.columns;
  std::map<std::string, std::string> names;
  for (const auto& calls : steps) {
    const std::size_t first = input.columns.size();
    auto next = over_step(input, calls, node);
    if (!next) return std::nullopt;
    input = std::move(*next);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      input.columns[first + i].name = "\x01o" + std::to_string(first + i);
      names[canonical_text(calls[i].expression, columns)] = input.columns[first + i].name;
    }
  }
  for (auto& item : items) {
    if (item.column >= 0 || !has_over(*item.expression)) continue;
    item.expression = replace_top_down(item.expression, [&](const ExpressionPtr& part) {
      const auto name = names.find(canonical_text(part, columns));
      return name == names.end() ? ExpressionPtr{} : make_attribute(name->second, part->origin);
    });
  }
  return input;
}

bool Resolver::check_strict_over(const std::vector<SelectItem>& items, const Relation& input) {
  if (!input.step->streaming || !settings_.spark_strict) return true;
  bool ok = true;
  for (const auto& item : items) {
    (void)any_of(*item.expression, [&](const Expression& part) {
      const auto* over = std::get_if<WindowOver>(&part.node);
      if (!over) return false;
      fail(refused_as_in_spark(*over, item.name, input.columns), part.origin);
      ok = false;
      return true;
    });
  }
  return ok;
}

std::optional<OverCall> Resolver::over_call(const ExpressionPtr& expression) {
  const std::size_t errors_before = errors_.size();
  OverCall call{expression, OverCall::Kind::Running, {}};
  const std::string function = column_name(*call.over().function);
  for_each_child(*expression, [&](const ExpressionPtr& child) {
    if (has_over(*child)) fail(nested_over(), child->origin);
  });
  const bool is_lag = is_call_of(call.over().function, "lag");
  const bool is_lead = is_call_of(call.over().function, "lead");
  if (!is_lag && !is_lead && kind_of(*call.over().function) != FunctionKind::Aggregate)
    fail(not_a_window_function(function), expression->origin);
  if (call.over().order_by.empty())
    fail(over_without_order(column_name(*expression)), expression->origin);
  auto frame = parse_over_frame(call.over().frame, expression->origin, zone_);
  if (!frame.ok()) fail(std::move(frame.error()), expression->origin);
  if (errors_.size() != errors_before) return std::nullopt;
  call.frame = std::move(*frame);
  if (call.frame.kind == OverFrame::Kind::Rows) call.kind = OverCall::Kind::Rows;
  if (call.frame.kind == OverFrame::Kind::Range) call.kind = OverCall::Kind::Range;
  if (is_lag) call.kind = OverCall::Kind::Lag;
  if (is_lead) call.kind = OverCall::Kind::Lead;
  return call;
}

Resolver::Resolved Resolver::over_step(const Relation& input, const std::vector<OverCall>& calls,
                                       const plan::Node& node) {
  switch (calls.front().kind) {
    case OverCall::Kind::Running: return running_step(input, calls, node);
    case OverCall::Kind::Lag: return lag_step(input, calls, node);
    case OverCall::Kind::Lead: return lead_step(input, calls, node);
    default: return frame_step(input, calls, node);
  }
}

std::optional<std::size_t> Resolver::over_order(const OverCall& call, const Relation& input) {
  const auto& orders = call.over().order_by;
  const auto* order = std::get_if<SortOrder>(&orders.front()->node);
  const BoundExpressionPtr bound = bind_in(order ? order->child : orders.front(), input);
  if (!bound) return std::nullopt;
  const bool is_ascending = !order || order->ascending;
  const bool is_order = grows_with_time(bound->type()) ||
                        (call.kind == OverCall::Kind::Range && bound->type().is_integral());
  if (orders.size() == 1 && is_ascending && bound->column_index() >= 0 && is_order) {
    return std::size_t(bound->column_index());
  }
  std::string text;
  for (const auto& part : orders) text += (text.empty() ? "" : ", ") + to_sql(*part);
  fail(over_order_not_time(text), orders.front()->origin);
  return std::nullopt;
}

std::vector<BoundExpressionPtr> Resolver::bind_partition(const OverCall& call,
                                                         const Relation& input) {
  std::vector<BoundExpressionPtr> keys;
  for (const auto& key : call.over().partition_by) keys.push_back(bind_in(key, input));
  return keys;
}

/// The input column by which rows are late, or -1.
int Resolver::late_column(const OverCall& call, const Relation& input) {
  const auto order = over_order(call, input);
  return order && input.step->event_time[*order] ? int(*order) : -1;
}

Resolver::Resolved Resolver::running_step(const Relation& input, const std::vector<OverCall>& calls,
                                          const plan::Node& node) {
  const std::size_t errors_before = errors_.size();
  resolved::RunningAggregate kind;
  kind.keys = bind_partition(calls.front(), input);
  kind.event_time = late_column(calls.front(), input);
  std::vector<ScopeColumn> columns = input.columns;
  for (const auto& call : calls) {
    if (call.function().distinct) fail(distinct_aggregate(), call.expression->origin);
    auto bound = bind_aggregate(call.function(), call.expression->origin, input.scope(),
                                *catalog_.functions, expression_settings_, errors_);
    if (!bound) continue;
    columns.push_back({column_name(*call.expression),
                       {},
                       {},
                       bound->function->result_type(),
                       bound->function->nullable()});
    kind.calls.push_back(std::move(*bound));
  }
  if (errors_.size() != errors_before) return std::nullopt;
  return finish_over(std::move(kind), input, std::move(columns), calls, node);
}

Relation Resolver::finish_over(resolved::Step::Kind kind, const Relation& input,
                               std::vector<ScopeColumn> columns, const std::vector<OverCall>& calls,
                               const plan::Node& node) {
  resolved::Step step;
  step.kind = std::move(kind);
  step.inputs = {input.step};
  step.event_time = input.step->event_time;
  step.detail = detail_of(calls);
  return finish(std::move(step), std::move(columns), node);
}

}  // namespace millrace
