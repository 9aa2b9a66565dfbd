#include "expressions/expression_errors.hpp"
#include "records/interval_text.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/partition_columns.hpp"
#include "topology/analysis/resolver.hpp"
#include "topology/analysis/row_errors.hpp"
#include "topology/analysis/window_errors.hpp"

#include <algorithm>

namespace millrace {
namespace {

bool can_have_watermark(const DataType& type) {
  if (type.kind() == TypeKind::Timestamp) return true;
  return type.kind() == TypeKind::Struct && type.fields().size() == 2 &&
         type.fields()[0].name == "start" && type.fields()[1].name == "end" &&
         type.fields()[1].type.kind() == TypeKind::Timestamp;
}

// Spark counts a month of a delay as 31 days.
std::int64_t delay_micros(const CalendarInterval& interval) {
  constexpr std::int64_t kDay = 86'400'000'000;
  return (std::int64_t{interval.months} * 31 + interval.days) * kDay + interval.microseconds;
}

std::vector<std::size_t> named_columns(const std::string& name, const Relation& input) {
  std::vector<std::size_t> found;
  for (const auto& match : match_attribute(Attribute{{name}, std::nullopt}, input.columns)) {
    if (match.fields.empty()) found.push_back(match.index);
  }
  return found;
}

}  // namespace

std::optional<std::int64_t> Resolver::delay_of(const std::string& text, const Origin& origin) {
  auto interval = parse_interval(text);
  if (!interval.ok()) {
    fail(cannot_parse_interval(text), origin);
    return std::nullopt;
  }
  const std::int64_t micros = delay_micros(*interval);
  if (micros >= 0) return micros;
  fail(negative_delay(text), origin);
  return std::nullopt;
}

Resolver::Resolved Resolver::resolve_kind(const plan::WithWatermark& watermark,
                                          const plan::Node& node) {
  Resolved input = input_of(node);
  const auto delay = delay_of(watermark.delay, node.origin);
  auto idle = std::optional<std::int64_t>(0);
  if (!watermark.idle_timeout.empty()) idle = delay_of(watermark.idle_timeout, node.origin);
  if (!input) return std::nullopt;
  const BoundExpressionPtr column = bind_in(make_attribute(watermark.column, node.origin), *input);
  if (!column) return std::nullopt;
  if (column->column_index() < 0 || !can_have_watermark(column->type())) {
    fail(event_time_of_wrong_type(watermark.column, column->type()), node.origin);
    return std::nullopt;
  }
  if (input->step->has_watermark && input->step->streaming) {
    fail(redefined_watermark(), node.origin);
    return std::nullopt;
  }
  const auto partitions = partition_columns(node.options, *input->step->schema);
  if (!partitions.ok()) fail(partitions.error(), node.origin);
  if (!delay || !idle || !partitions.ok()) return std::nullopt;
  if (!partitions->empty() && *idle == 0) {
    fail(watermark_without_idle_timeout(), node.origin);
    return std::nullopt;
  }
  resolved::Step step;
  step.kind = resolved::Watermark{column->column_index(), *delay, *idle};
  step.inputs = {input->step};
  step.event_time = input->step->event_time;
  step.event_time[std::size_t(column->column_index())] = *delay;
  step.has_watermark = true;
  step.detail = watermark.column + ", delay " + watermark.delay;
  if (!partitions->empty()) step.detail += ", by " + node.options.find("partitionBy")->value;
  return finish(std::move(step), input->columns, node);
}

Resolver::Resolved Resolver::resolve_kind(const plan::Deduplicate& deduplicate,
                                          const plan::Node& node) {
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  resolved::Deduplicate kind;
  kind.within_watermark = deduplicate.within_watermark;
  bool ok = true;
  for (const auto& name : deduplicate.columns) {
    const auto found = named_columns(name, *input);
    ok = ok && !found.empty();
    if (found.empty()) fail(unknown_column_name(name, *input->step->schema), node.origin);
    for (const std::size_t column : found) kind.keys.push_back(int(column));
  }
  if (!ok) return std::nullopt;
  for (std::size_t i = 0; deduplicate.columns.empty() && i < input->columns.size(); ++i) {
    kind.keys.push_back(int(i));
  }
  kind.event_time = event_time_column(*input->step);
  for (const int key : kind.keys) {
    if (!input->step->event_time[std::size_t(key)]) continue;
    kind.event_time = key;
    kind.event_time_is_key = true;
    break;
  }
  if (kind.event_time >= 0)
    kind.delay_micros = *input->step->event_time[std::size_t(kind.event_time)];
  resolved::Step step;
  step.event_time = input->step->event_time;
  step.inputs = {input->step};
  for (const int key : kind.keys) {
    step.detail += (step.detail.empty() ? "" : ", ") + input->columns[std::size_t(key)].name;
  }
  step.kind = std::move(kind);
  return finish(std::move(step), input->columns, node);
}

Resolver::Resolved Resolver::resolve_kind(const plan::Sort& sort, const plan::Node& node) {
  if (auto joint = over_aggregate(node)) return *joint;
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  auto orders = parsed_orders(sort.orders);
  if (orders.size() != sort.orders.size()) return std::nullopt;
  return sorted(*input, orders, node, orders);
}

BoundExpressionPtr Resolver::bind_order(const ExpressionPtr& child, const Relation& input) {
  const auto* literal = std::get_if<Literal>(&child->node);
  const auto* position = literal && literal->value.type.is_integral()
                             ? std::get_if<std::int64_t>(&literal->value.storage)
                             : nullptr;
  if (!position) return bind_in(child, input);
  if (*position < 1 || std::size_t(*position) > input.columns.size()) {
    fail(order_by_position_out_of_range(*position, input.columns.size()), child->origin);
    return nullptr;
  }
  const auto& column = input.columns[std::size_t(*position) - 1];
  return bound_column(int(*position) - 1, column.type, column.nullable);
}

Resolver::Resolved Resolver::sorted(const Relation& input, const std::vector<ExpressionPtr>& orders,
                                    const plan::Node& node,
                                    const std::vector<ExpressionPtr>& written) {
  resolved::Sort kind;
  resolved::Step step;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto* order = std::get_if<SortOrder>(&orders[i]->node);
    BoundExpressionPtr bound = bind_order(order ? order->child : orders[i], input);
    if (bound && bound->type().kind() == TypeKind::Map) {
      fail(order_by_map(column_name(*written[i])), written[i]->origin);
      bound = nullptr;
    }
    if (bound) {
      kind.keys.push_back(
          {std::move(bound), !order || order->ascending, !order || order->nulls_first});
    }
    step.detail += (i == 0 ? "" : ", ") + to_sql(*written[i]);
  }
  if (kind.keys.size() != orders.size()) return std::nullopt;
  step.kind = std::move(kind);
  step.inputs = {input.step};
  step.event_time = input.step->event_time;
  return finish(std::move(step), input.columns, node);
}

std::optional<std::int64_t> Resolver::row_count(const ExpressionPtr& count) {
  const ExpressionPtr tree = parsed(count);
  if (!tree) return std::nullopt;
  const auto* call = std::get_if<Function>(&tree->node);
  const bool is_negative = call && call->name == "negative" && call->arguments.size() == 1;
  const auto* literal = std::get_if<Literal>(&(is_negative ? call->arguments[0] : tree)->node);
  const auto* number = literal ? std::get_if<std::int64_t>(&literal->value.storage) : nullptr;
  if (!number || !literal->value.type.is_integral()) {
    fail(limit_not_constant(to_sql(*tree)), tree->origin);
    return std::nullopt;
  }
  if (*number >= 0 && !(is_negative && *number > 0)) return *number;
  fail(negative_limit(is_negative ? -*number : *number), tree->origin);
  return std::nullopt;
}

Resolver::Resolved Resolver::resolve_kind(const plan::Limit& limit, const plan::Node& node) {
  Resolved input = input_of(node);
  const auto count = row_count(limit.count);
  if (!input || !count) return std::nullopt;
  resolved::Step step;
  step.kind = resolved::Limit{*count};
  step.inputs = {input->step};
  step.event_time = input->step->event_time;
  step.detail = std::to_string(*count);
  return finish(std::move(step), input->columns, node);
}

Resolver::Resolved Resolver::resolve_kind(const plan::Offset&, const plan::Node& node) {
  (void)input_of(node);
  fail(offset_not_supported(), node.origin);
  return std::nullopt;
}

}  // namespace millrace
