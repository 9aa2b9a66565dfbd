#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/over_errors.hpp"
#include "topology/analysis/resolver.hpp"
#include "topology/analysis/window_errors.hpp"

#include <algorithm>

// OVER with frames that move: one step for all frames over the same keys and order.
namespace millrace {
namespace {

constexpr std::size_t kMostArguments = 64;
constexpr std::int64_t kMicrosOfDay = 86'400'000'000;

const Function& function_of(const OverCall& call) {
  return std::get<Function>(std::get<WindowOver>(call.expression->node).function->node);
}

std::optional<FrameFunction> frame_function(const Function& call) {
  const std::string name = lower_case(call.name);
  if (name == "approx_count_distinct") return FrameFunction::CountDistinct;
  if (name == "count") return call.distinct ? FrameFunction::CountDistinct : FrameFunction::Count;
  if (call.distinct) return std::nullopt;
  if (name == "sum" || name == "try_sum") return FrameFunction::Sum;
  if (name == "avg" || name == "mean" || name == "try_avg") return FrameFunction::Average;
  if (name == "min") return FrameFunction::Min;
  if (name == "max") return FrameFunction::Max;
  return std::nullopt;
}

bool counts(FrameFunction function) {
  return function == FrameFunction::Count || function == FrameFunction::CountDistinct;
}

/// Only values of a fixed width are kept for these.
bool can_compare(const DataType& type) {
  return type.is_numeric() || type.kind() == TypeKind::Boolean ||
         (!type.is_nested() && !type.is_bytes() && !type.is_null() &&
          type.kind() != TypeKind::CalendarInterval);
}

bool is_row_count(const Function& call) {
  if (call.distinct || call.arguments.size() != 1) return false;
  const Expression& argument = *call.arguments.front();
  const auto* literal = std::get_if<Literal>(&argument.node);
  return std::holds_alternative<Star>(argument.node) || (literal && !literal->value.is_null());
}

FrameOverflow overflow_of(const Function& call, bool ansi) {
  if (lower_case(call.name).starts_with("try_")) return FrameOverflow::Null;
  return ansi ? FrameOverflow::Fail : FrameOverflow::Wrap;
}

}  // namespace

std::optional<std::int64_t> Resolver::frame_distance(const OverCall& call, const DataType& order) {
  const OverFrame& frame = call.frame;
  if (!frame.preceding) return 0;
  const auto* literal = std::get_if<Literal>(&frame.preceding->node);
  const std::string text = to_sql(*frame.preceding);
  const auto refuse = [&](Error error) {
    fail(std::move(error), call.expression->origin);
    return std::nullopt;
  };
  if (!literal) return refuse(frame_bound_not_literal(text));
  std::optional<std::int64_t> distance;
  if (frame.kind == OverFrame::Kind::Rows || order.is_integral()) {
    const auto* number = std::get_if<std::int64_t>(&literal->value.storage);
    if (number && literal->value.type.is_integral()) distance = *number;
  } else if (!literal->value.type.is_numeric()) {
    auto micros = interval_micros(literal->value);
    if (!micros.ok()) return refuse(std::move(micros.error()));
    distance = order.kind() == TypeKind::Date ? *micros / kMicrosOfDay : *micros;
  }
  if (!distance) {
    const bool is_rows = frame.kind == OverFrame::Kind::Rows;
    return refuse(is_rows ? frame_rows_not_number(text, literal->value.type)
                          : frame_range_of_wrong_type(order, literal->value.type));
  }
  if (*distance < 0) return refuse(frame_bound_negative(text));
  return distance;
}

std::optional<FrameCall> Resolver::bind_frame_call(const OverCall& call, const Relation& input,
                                                   FrameArguments& arguments) {
  const Function& written = function_of(call);
  const auto function = frame_function(written);
  const std::string text = column_name(*std::get<WindowOver>(call.expression->node).function);
  if (!function || written.arguments.size() != 1) {
    fail(function_not_over_frame(text), call.expression->origin);
    return std::nullopt;
  }
  Function plain = written;
  plain.distinct = false;
  auto bound = bind_aggregate(plain, call.expression->origin, input.scope(), *catalog_.functions,
                              expression_settings_, errors_);
  if (!bound) return std::nullopt;
  FrameArgument argument;
  if (!is_row_count(written)) argument.value = bound->arguments.front();
  argument.filter = bound->filter;
  if (!counts(*function) && !can_compare(argument.value->type())) {
    fail(function_not_over_frame(text), call.expression->origin);
    return std::nullopt;
  }
  std::string key = argument.value ? canonical_text(written.arguments.front(), input.columns) : "*";
  if (written.filter) key += " FILTER " + canonical_text(written.filter, input.columns);
  const auto [place, is_new] = arguments.places.try_emplace(key, arguments.list.size());
  if (is_new) arguments.list.push_back(std::move(argument));
  FrameCall made;
  made.function = *function;
  made.argument = place->second;
  made.result = bound->function->result_type();
  made.on_overflow = overflow_of(written, expression_settings_.ansi);
  return made;
}

Resolver::Resolved Resolver::frame_step(const Relation& input, const std::vector<OverCall>& calls,
                                        const plan::Node& node) {
  const std::size_t errors_before = errors_.size();
  resolved::FrameAggregate kind;
  kind.keys = bind_partition(calls.front(), input);
  const auto order = over_order(calls.front(), input);
  if (!order) return std::nullopt;
  const bool is_rows = calls.front().frame.kind == OverFrame::Kind::Rows;
  if (!is_rows) kind.order = int(*order);
  if (!is_rows && input.step->event_time[*order]) kind.event_time = int(*order);
  std::vector<std::int64_t> distances;
  FrameArguments arguments;
  std::vector<ScopeColumn> columns = input.columns;
  for (const auto& call : calls) {
    const auto distance = frame_distance(call, input.columns[*order].type);
    auto bound = bind_frame_call(call, input, arguments);
    if (!distance || !bound) continue;
    distances.push_back(*distance);
    columns.push_back(
        {column_name(*call.expression), {}, {}, bound->result, !counts(bound->function)});
    kind.calls.push_back(std::move(*bound));
  }
  if (arguments.list.size() > kMostArguments)
    fail(too_many_frame_arguments(kMostArguments), calls.front().expression->origin);
  if (errors_.size() != errors_before) return std::nullopt;
  kind.arguments = std::move(arguments.list);
  kind.frames = distances;
  std::sort(kind.frames.begin(), kind.frames.end());
  kind.frames.erase(std::unique(kind.frames.begin(), kind.frames.end()), kind.frames.end());
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const auto frame = std::lower_bound(kind.frames.begin(), kind.frames.end(), distances[i]);
    kind.calls[i].frame = std::size_t(frame - kind.frames.begin());
  }
  return finish_over(std::move(kind), input, std::move(columns), calls, node);
}

}  // namespace millrace
