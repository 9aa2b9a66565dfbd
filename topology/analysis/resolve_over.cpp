#include "topology/analysis/aggregate_errors.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/over_errors.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>

// OVER on streams: an extension, Spark has none.
namespace millrace {
namespace {

const WindowOver& over_of(const ExpressionPtr& call) { return std::get<WindowOver>(call->node); }

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
std::string partition_text(const ExpressionPtr& call, const Relation& input) {
  std::string text;
  for (const auto& key : over_of(call).partition_by) text += canonical_text(key, input.columns) + ",";
  for (const auto& order : over_of(call).order_by) text += "|" + canonical_text(order, input.columns);
  return text;
}

/// The frame in capitals with single blanks.
std::string plain_frame(const std::string& frame) {
  std::string text;
  for (const char c : frame) {
    const bool is_blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (is_blank && (text.empty() || text.back() == ' ')) continue;
    text += is_blank ? ' ' : c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  }
  return text;
}

bool is_running(const std::string& frame) {
  const std::string text = plain_frame(frame);
  return text.empty() || text == "ROWS UNBOUNDED PRECEDING" || text == "RANGE UNBOUNDED PRECEDING" ||
         text == "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW" ||
         text == "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
}

bool grows_with_time(const DataType& type) {
  return type.kind() == TypeKind::Timestamp || type.kind() == TypeKind::TimestampNtz ||
         type.kind() == TypeKind::Date;
}

std::string detail_of(const std::vector<ExpressionPtr>& calls) {
  std::string text;
  for (const auto& call : calls) text += (text.empty() ? "" : ", ") + to_sql(*call);
  return text;
}

std::string upper_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
  }
  return text;
}

Error refused_as_in_spark(const ExpressionPtr& call) {
  const std::string function = column_name(*over_of(call).function);
  const std::string whole = column_name(*call);
  return over_on_stream(upper_case(function), whole,
                        upper_case(whole.substr(function.size() + std::string(" OVER ").size())));
}

}  // namespace

Resolver::Resolved Resolver::over(Relation input, std::vector<SelectItem>& items,
                                  const plan::Node& node) {
  const auto calls = over_calls(items, input);
  std::vector<std::vector<ExpressionPtr>> steps;
  std::map<std::string, std::size_t> step_of;
  bool ok = true;
  for (const auto& call : calls) {
    ok = check_over(call, input) && ok;
    const auto [place, is_new] = step_of.try_emplace(partition_text(call, input), steps.size());
    if (is_new) steps.emplace_back();
    steps[place->second].push_back(call);
  }
  if (!ok) return std::nullopt;
  const std::vector<ScopeColumn> columns = input.columns;
  std::map<std::string, std::string> names;
  for (const auto& step : steps) {
    const std::size_t first = input.columns.size();
    auto next = over_step(input, step, node);
    if (!next) return std::nullopt;
    input = std::move(*next);
    for (std::size_t i = 0; i < step.size(); ++i) {
      std::string& name = names[canonical_text(step[i], columns)];
      name = std::string("\x01o") + std::to_string(first + i);
      input.columns[first + i].name = name;
    }
  }
  for (auto& item : items) {
    if (item.column >= 0 || !has_over(*item.expression)) continue;
    if (!item.shown) item.shown = item.expression;
    item.expression = replace_top_down(item.expression, [&](const ExpressionPtr& part) {
      const auto name = names.find(canonical_text(part, columns));
      return name == names.end() ? ExpressionPtr{} : make_attribute(name->second, part->origin);
    });
  }
  return input;
}

bool Resolver::check_over(const ExpressionPtr& call, const Relation& input) {
  const std::size_t errors_before = errors_.size();
  const WindowOver& over = over_of(call);
  if (input.step->streaming && settings_.spark_strict) fail(refused_as_in_spark(call), call->origin);
  for_each_child(*call, [&](const ExpressionPtr& child) {
    if (has_over(*child)) fail(nested_over(), child->origin);
  });
  if (kind_of(*over.function) != FunctionKind::Aggregate)
    fail(not_a_window_function(column_name(*over.function)), call->origin);
  if (over.order_by.empty()) fail(over_without_order(column_name(*call)), call->origin);
  if (!is_running(over.frame)) fail(frame_not_supported(over.frame), call->origin);
  return errors_.size() == errors_before;
}

std::optional<std::size_t> Resolver::over_order(const ExpressionPtr& call, const Relation& input) {
  const auto& orders = over_of(call).order_by;
  const auto* order = std::get_if<SortOrder>(&orders.front()->node);
  const BoundExpressionPtr bound = bind_in(order ? order->child : orders.front(), input);
  if (!bound) return std::nullopt;
  const bool is_ascending = !order || order->ascending;
  if (orders.size() == 1 && is_ascending && bound->column_index() >= 0 &&
      grows_with_time(bound->type())) {
    return std::size_t(bound->column_index());
  }
  std::string text;
  for (const auto& part : orders) text += (text.empty() ? "" : ", ") + to_sql(*part);
  fail(over_order_not_time(text), orders.front()->origin);
  return std::nullopt;
}

std::optional<BoundAggregate> Resolver::bind_over(const ExpressionPtr& call,
                                                  const Relation& input) {
  const ExpressionPtr& function = over_of(call).function;
  if (std::get<Function>(function->node).distinct) {
    fail(distinct_aggregate(), function->origin);
    return std::nullopt;
  }
  return bind_aggregate(std::get<Function>(function->node), function->origin, input.scope(),
                        *catalog_.functions, expression_settings_, errors_);
}

Resolver::Resolved Resolver::over_step(const Relation& input,
                                       const std::vector<ExpressionPtr>& calls,
                                       const plan::Node& node) {
  const std::size_t errors_before = errors_.size();
  resolved::RunningAggregate kind;
  for (const auto& key : over_of(calls.front()).partition_by) {
    kind.keys.push_back(bind_in(key, input));
  }
  const auto order = over_order(calls.front(), input);
  if (order && input.step->event_time[*order]) kind.event_time = int(*order);
  std::vector<ScopeColumn> columns = input.columns;
  for (const auto& call : calls) {
    auto bound = bind_over(call, input);
    if (!bound) continue;
    columns.push_back({column_name(*call), {}, {}, bound->function->result_type(),
                       bound->function->nullable()});
    kind.calls.push_back(std::move(*bound));
  }
  if (errors_.size() != errors_before) return std::nullopt;
  resolved::Step step;
  step.kind = std::move(kind);
  step.inputs = {input.step};
  step.event_time = input.step->event_time;
  step.detail = detail_of(calls);
  return finish(std::move(step), std::move(columns), node);
}

}  // namespace millrace
