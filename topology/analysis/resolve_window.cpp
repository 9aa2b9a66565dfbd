#include "expressions/expression_errors.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/resolver.hpp"
#include "topology/analysis/window_errors.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace millrace {
namespace {

bool is_window_call(const Expression& expression) {
  const auto* call = std::get_if<Function>(&expression.node);
  return call && (equal_ignoring_case(call->name, "window") ||
                  equal_ignoring_case(call->name, "session_window"));
}

void collect_windows(const ExpressionPtr& expression, const Relation& input,
                     std::map<std::string, ExpressionPtr>& calls) {
  if (is_window_call(*expression)) {
    calls.try_emplace(canonical_text(expression, input.columns), expression);
    return;
  }
  for_each_child(*expression,
                 [&](const ExpressionPtr& child) { collect_windows(child, input, calls); });
}

bool is_time(const DataType& type) {
  return type.kind() == TypeKind::Timestamp || type.kind() == TypeKind::TimestampNtz;
}

bool is_window_type(const DataType& type) {
  return type.kind() == TypeKind::Struct && type.fields().size() == 2 &&
         type.fields()[0].name == "start" && type.fields()[1].name == "end" &&
         is_time(type.fields()[1].type);
}

/// Binds the arguments of one window call; every method adds its errors.
class WindowBinder {
 public:
  WindowBinder(const Function& call, const Origin& origin, std::vector<Error>& errors)
      : call_(call), origin_(origin), errors_(errors) {}

  std::int64_t micros(std::size_t argument, std::int64_t otherwise) {
    if (call_.arguments.size() <= argument) return otherwise;
    const auto* literal = std::get_if<Literal>(&call_.arguments[argument]->node);
    auto micros = literal ? interval_micros(literal->value)
                          : Result<std::int64_t>(window_duration_not_constant(
                                column_name(*call_.arguments[argument])));
    if (micros.ok()) return *micros;
    fail(std::move(micros.error()));
    return 1;
  }

  void check(const resolved::TimeWindow& window) {
    const WindowText text{column_name(*call_.arguments[0]), window.size, window.slide,
                          window.start};
    if (window.size <= 0) return fail(window_out_of_range(text, "window_duration", window.size));
    if (window.slide <= 0) return fail(window_out_of_range(text, "slide_duration", window.slide));
    if (window.slide > window.size) return fail(slide_too_long(text));
    if (std::abs(window.start) >= window.slide) fail(start_too_late(text));
  }

  void fail(Error error) {
    if (error.origin.line == 0) error.origin = origin_;
    errors_.push_back(std::move(error));
  }

 private:
  const Function& call_;
  const Origin& origin_;
  std::vector<Error>& errors_;
};

DataType window_type(const DataType& time) {
  return DataType::structure({{"start", time, true}, {"end", time, true}});
}

}  // namespace

ExpressionPtr end_of_window(const ExpressionPtr& window) {
  Value end{DataType(TypeKind::String), std::string("end")};
  Value micro{DataType::day_time_interval(), std::int64_t{1}};
  ExpressionPtr field = make_expression(ExtractValue{window, make_literal(std::move(end))});
  return make_expression(Function{"-", {field, make_literal(std::move(micro))}, false, {}},
                         window->origin);
}

ExpressionPtr window_time_argument(const Expression& expression) {
  const auto* call = std::get_if<Function>(&expression.node);
  const bool is_call =
      call && equal_ignoring_case(call->name, "window_time") && call->arguments.size() == 1;
  return is_call ? call->arguments.front() : nullptr;
}

ExpressionPtr Resolver::window_call(const std::vector<ExpressionPtr>& expressions,
                                    const Relation& input) {
  std::map<std::string, ExpressionPtr> calls;
  for (const auto& expression : expressions) collect_windows(expression, input, calls);
  if (calls.size() > 1) {
    fail(several_windows(), calls.begin()->second->origin);
    return nullptr;
  }
  return calls.empty() ? nullptr : calls.begin()->second;
}

std::optional<std::int64_t> Resolver::event_time_of(const ExpressionPtr& expression,
                                                    const BoundExpressionPtr& bound,
                                                    const Relation& input) {
  int column = bound->column_index();
  if (const ExpressionPtr window = window_time_argument(*expression)) {
    const BoundExpressionPtr argument = bind_in(window, input);
    column = argument ? argument->column_index() : -1;
  }
  return column < 0 ? std::nullopt : input.step->event_time[std::size_t(column)];
}

BoundExpressionPtr Resolver::bind_window_time(const ExpressionPtr& time, const Relation& input,
                                              const resolved::TimeWindow& window,
                                              std::optional<std::int64_t>& delay) {
  BoundExpressionPtr bound = bind_in(time, input);
  if (!bound) return nullptr;
  delay = event_time_of(time, bound, input);
  if (is_time(bound->type())) return bound;
  if (is_window_type(bound->type())) return bind_in(end_of_window(time), input);
  if (bound->type().kind() == TypeKind::String) {
    auto cast =
        bound_cast(bound, DataType(TypeKind::Timestamp), CastMode::Plain, expression_settings_);
    if (cast.ok()) return *cast;
  }
  const WindowText text{column_name(*time), window.size, window.slide, window.start};
  fail(window_over_wrong_type(text, bound->type()), time->origin);
  return nullptr;
}

// A gap is an interval or text, constant or computed from the row; text that is none gives NULL.
BoundExpressionPtr Resolver::bind_session_end(const Function& call, const Relation& input) {
  BoundExpressionPtr time = bind_in(call.arguments[0], input);
  BoundExpressionPtr gap = bind_in(call.arguments[1], input);
  if (!time || !gap) return nullptr;
  const TypeKind kind = gap->type().kind();
  const bool is_text = kind == TypeKind::String || kind == TypeKind::Null;
  if (!is_text && kind != TypeKind::CalendarInterval && kind != TypeKind::DayTimeInterval) {
    fail(session_gap_of_wrong_type(gap->type()), call.arguments[1]->origin);
    return nullptr;
  }
  ExpressionPtr start = call.arguments[0];
  if (is_window_type(time->type())) start = end_of_window(start);
  if (time->type().kind() == TypeKind::String)
    start = make_expression(Cast{start, DataType(TypeKind::Timestamp), CastMode::Plain});
  ExpressionPtr length = call.arguments[1];
  if (is_text)
    length = make_expression(Cast{length, DataType(TypeKind::CalendarInterval), CastMode::Try});
  return bind_in(make_expression(Function{"+", {start, length}, false, {}}), input);
}

Resolver::Resolved Resolver::add_window(const Relation& input, const ExpressionPtr& expression,
                                        const plan::Node& node) {
  const auto& call = std::get<Function>(expression->node);
  const bool is_session = equal_ignoring_case(call.name, "session_window");
  const std::size_t most = is_session ? 2 : 4;
  if (call.arguments.size() < 2 || call.arguments.size() > most) {
    fail(wrong_argument_count(lower_case(call.name), call.arguments.size(),
                              is_session ? "2" : "[2, 3, 4]"),
         expression->origin);
    return std::nullopt;
  }
  const std::size_t errors_before = errors_.size();
  WindowBinder binder(call, expression->origin, errors_);
  std::optional<std::int64_t> delay;
  resolved::TimeWindow window;
  if (is_session) {
    window.session_end = bind_session_end(call, input);
  } else {
    window.size = binder.micros(1, 0);
    window.slide = binder.micros(2, window.size);
    window.start = binder.micros(3, 0);
    if (errors_.size() == errors_before) binder.check(window);
  }
  window.time = bind_window_time(call.arguments[0], input, window, delay);
  if (errors_.size() != errors_before) return std::nullopt;
  resolved::Step step;
  std::vector<ScopeColumn> columns = input.columns;
  columns.push_back({lower_case(call.name), {}, {}, window_type(window.time->type()), false});
  step.event_time = input.step->event_time;
  step.event_time.push_back(delay);
  step.kind = resolved::AssignWindow{std::move(window)};
  step.inputs = {input.step};
  step.detail = to_sql(*expression);
  return finish(std::move(step), std::move(columns), node);
}

Resolver::Resolved Resolver::assign_window(Relation input, std::vector<SelectItem>& items,
                                           const plan::Node& node) {
  std::vector<ExpressionPtr> expressions;
  for (const auto& item : items) expressions.push_back(item.expression);
  const std::size_t errors_before = errors_.size();
  const ExpressionPtr call = window_call(expressions, input);
  if (errors_.size() != errors_before) return std::nullopt;
  if (!call) return input;
  Resolved with_window = add_window(input, call, node);
  if (!with_window) return std::nullopt;
  const std::string text = canonical_text(call, input.columns);
  const std::string column = "\x01w";
  with_window->columns.back().name = column;
  for (auto& item : items) {
    if (item.column >= 0) continue;
    if (!item.shown) item.shown = item.expression;
    if (canonical_text(item.expression, input.columns) == text && item.name == column_name(*call)) {
      item.name = lower_case(std::get<Function>(call->node).name);
    }
    item.expression = replace_top_down(item.expression, [&](const ExpressionPtr& part) {
      return canonical_text(part, input.columns) == text ? make_attribute(column, part->origin)
                                                         : ExpressionPtr{};
    });
  }
  return with_window;
}

}  // namespace millrace
