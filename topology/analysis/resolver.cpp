#include "topology/analysis/resolver.hpp"

#include "expressions/parser.hpp"
#include "topology/analysis/expression_tree.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace millrace {
namespace {

// Deeper plans would need more stack than a thread has.
constexpr std::size_t kMaxDepth = 2000;

// The functions that the analyzer itself rewrites.
constexpr std::array<std::string_view, 3> kTimeWindows{"window", "session_window", "window_time"};
constexpr std::array<std::string_view, 6> kGenerators{
    "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view known) { return equal_ignoring_case(known, name); });
}

// Columns with names of the analyzer's own show the names that their input has.
SchemaPtr visible_schema(const std::vector<ScopeColumn>& columns, const resolved::Step& step) {
  auto schema = std::make_shared<Schema>(*schema_of(columns));
  for (std::size_t i = 0; i < schema->size(); ++i) {
    const bool is_internal = schema->fields[i].name.starts_with('\x01');
    if (is_internal) schema->fields[i].name = step.inputs.front()->schema->fields[i].name;
  }
  return schema;
}

bool reads_clock(const Expression& expression) {
  static constexpr std::array<std::string_view, 5> kClocks{
      "current_timestamp", "now", "current_date", "curdate", "localtimestamp"};
  const auto* call = std::get_if<Function>(&expression.node);
  return call && is_one_of(call->name, kClocks);
}

bool numbers_rows(const Expression& expression) {
  const auto* call = std::get_if<Function>(&expression.node);
  return call && equal_ignoring_case(call->name, "monotonically_increasing_id");
}

Error no_row_numbers() {
  return make_error(ErrorKind::Config,
                    "Expression(s): monotonically_increasing_id() is not supported with streaming "
                    "DataFrames/Datasets",
                    "use uuid(), or row_number() OVER for numbers within a key");
}

Error current_time_in_continuous() {
  return make_error(ErrorKind::Config,
                    "Continuous processing does not support current time operations.",
                    "set sparkStrict to false, or use another trigger");
}

}  // namespace

Resolver::Resolver(const Catalog& catalog, const Settings& settings, std::vector<Error>& errors)
    : catalog_(catalog),
      settings_(settings),
      expression_settings_{settings.ansi, settings.time_zone},
      errors_(errors) {
  auto zone = TimeZone::find(settings.time_zone);
  if (zone.ok()) zone_ = *zone;
  if (!zone.ok()) errors_.push_back(std::move(zone.error()));
}

std::optional<Relation> Resolver::resolve(const plan::NodePtr& node) {
  if (!node) return std::nullopt;
  if (const auto known = resolved_.find(node.get()); known != resolved_.end()) {
    return known->second;
  }
  open_.insert(node.get());
  Resolved relation = resolve_new(node);
  open_.erase(node.get());
  resolved_.emplace(node.get(), relation);
  return relation;
}

Resolver::Resolved Resolver::resolve_new(const plan::NodePtr& node) {
  if (open_.size() > kMaxDepth) {
    fail(make_error(ErrorKind::Config, "topology: plan is nested too deeply"), node->origin);
    return std::nullopt;
  }
  return std::visit([&](const auto& kind) { return resolve_kind(kind, *node); }, node->kind);
}

Resolver::Resolved Resolver::input_of(const plan::Node& node) {
  Resolved input = resolve(node.inputs.at(0));
  if (!input) check_unbound(node);
  return input;
}

Relation Resolver::finish(resolved::Step step, std::vector<ScopeColumn> columns,
                          const plan::Node& node) {
  step.schema = visible_schema(columns, step);
  step.event_time.resize(columns.size());
  step.origin = node.origin;
  step.node_id = node.id;
  step.options = node.options;
  for (const auto& input : step.inputs) {
    step.streaming = step.streaming || input->streaming;
    step.has_watermark = step.has_watermark || input->has_watermark;
  }
  auto shared = std::make_shared<resolved::Step>(std::move(step));
  steps_[node.id].push_back(shared);
  created_.push_back(shared);
  for (auto& column : columns) column.node_ids.push_back(node.id);
  return {std::move(shared), std::move(columns)};
}

// The last step made for a node carries its name, those below it the name and their kind.
void Resolver::name_steps(std::int64_t node_id, const std::string& name) {
  const auto found = steps_.find(node_id);
  if (found == steps_.end()) return;
  auto& steps = found->second;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i]->name.empty()) continue;
    const bool is_last = i + 1 == steps.size();
    steps[i]->name = is_last ? name : name + "." + resolved::kind_name(*steps[i]);
  }
}

void Resolver::give_late_rows(const resolved::StepPtr& step) {
  for (const auto& made : created_) {
    auto* aggregate = made == step ? std::get_if<resolved::Aggregate>(&made->kind) : nullptr;
    if (aggregate) aggregate->may_slice = false;
  }
}

void Resolver::fail(Error error, const Origin& origin) {
  if (error.origin.line == 0) error.origin = origin;
  errors_.push_back(std::move(error));
}

// `window DESC` has a meaning behind ORDER BY only.
ExpressionPtr Resolver::parsed_order(const ExpressionPtr& order) {
  const auto* text = std::get_if<Text>(&order->node);
  if (!text) return parsed(order);
  const std::string before = "SELECT 1 ORDER BY ";
  Origin start = order->origin;
  if (start.line > 0) start.column -= int(before.size());
  auto query = parse_query(before + text->sql, start, zone_);
  if (query.ok() && (*query)->order_by.size() == 1) return (*query)->order_by.front();
  fail(query.ok() ? make_error(ErrorKind::Config, "one expression expected: '" + text->sql + "'")
                  : std::move(query.error()),
       order->origin);
  return nullptr;
}

ExpressionPtr Resolver::parsed(const ExpressionPtr& expression) {
  bool ok = true;
  ExpressionPtr tree = replace_top_down(expression, [&](const ExpressionPtr& part) {
    const auto* text = std::get_if<Text>(&part->node);
    if (!text) return ExpressionPtr{};
    auto list = parse_expression_list(text->sql, part->origin, zone_);
    if (list.ok() && list->size() == 1) return list->front();
    ok = false;
    fail(list.ok() ? make_error(ErrorKind::Config, "one expression expected: '" + text->sql + "'")
                   : std::move(list.error()),
         part->origin);
    return part;
  });
  return ok ? tree : nullptr;
}

std::vector<ExpressionPtr> Resolver::parsed_orders(const std::vector<ExpressionPtr>& orders) {
  std::vector<ExpressionPtr> parsed_expressions;
  for (const auto& order : orders) {
    if (auto tree = parsed_order(order)) parsed_expressions.push_back(std::move(tree));
  }
  return parsed_expressions;
}

std::vector<ExpressionPtr> Resolver::parsed_list(const std::vector<ExpressionPtr>& list) {
  std::vector<ExpressionPtr> parsed_expressions;
  for (const auto& expression : list) {
    if (auto tree = parsed(expression)) parsed_expressions.push_back(std::move(tree));
  }
  return parsed_expressions;
}

BoundExpressionPtr Resolver::bind_in(const ExpressionPtr& expression, const Relation& relation) {
  // The two sides of a join condition are not a step yet.
  const bool is_streaming = relation.step && relation.step->streaming;
  if (is_streaming && any_of(*expression, numbers_rows)) {
    fail(no_row_numbers(), expression->origin);
    return nullptr;
  }
  const bool is_strict = settings_.spark_strict && settings_.trigger.is_continuous();
  if (is_strict && is_streaming && any_of(*expression, reads_clock))
    fail(current_time_in_continuous(), expression->origin);
  const ExpressionPtr plain = replace_top_down(expression, [](const ExpressionPtr& part) {
    const ExpressionPtr window = window_time_argument(*part);
    return window ? end_of_window(window) : nullptr;
  });
  return millrace::bind(*plain, relation.scope(), *catalog_.functions, expression_settings_,
                        errors_);
}

BoundExpressionPtr Resolver::bind_condition(const ExpressionPtr& condition,
                                            const Relation& relation) {
  auto bound = bind_in(condition, relation);
  if (!bound || bound->type().kind() == TypeKind::Boolean) return bound;
  if (bound->type().is_null()) return bound_literal(Value{DataType(TypeKind::Boolean), {}});
  const std::string text = column_name(*condition);
  Error error;
  error.kind = ErrorKind::Config;
  error.error_class = "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN";
  error.sql_state = "42K09";
  error.message = "Cannot resolve \"" + text +
                  "\" due to data type mismatch: Filter expression \"" + text + "\" of type \"" +
                  bound->type().to_sql() + "\" is not a boolean.";
  error.fix = "compare it with a value, for example `" + text + " = ...`";
  fail(std::move(error), condition->origin);
  return nullptr;
}

FunctionKind Resolver::kind_of(const Expression& expression) const {
  const auto* call = std::get_if<Function>(&expression.node);
  if (call && is_one_of(call->name, kTimeWindows)) return FunctionKind::TimeWindow;
  if (call && is_one_of(call->name, kGenerators)) return FunctionKind::Generator;
  const FunctionEntry* entry = call ? catalog_.functions->find(call->name) : nullptr;
  return entry ? entry->kind : FunctionKind::Scalar;
}

bool Resolver::has_call(const Expression& expression, FunctionKind kind) const {
  if (std::holds_alternative<WindowOver>(expression.node)) return false;
  if (kind_of(expression) == kind) return true;
  bool found = false;
  for_each_child(expression,
                 [&](const ExpressionPtr& child) { found = found || has_call(*child, kind); });
  return found;
}

}  // namespace millrace
