#include "expressions/bind/type_coercion.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/join_bounds.hpp"
#include "topology/analysis/join_errors.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>
#include <map>

namespace millrace {
namespace {

std::optional<JoinType> join_type_of(const std::string& text) {
  static const std::map<std::string, JoinType> types{
      {"inner", JoinType::Inner},         {"cross", JoinType::Inner},
      {"left", JoinType::LeftOuter},      {"leftouter", JoinType::LeftOuter},
      {"right", JoinType::RightOuter},    {"rightouter", JoinType::RightOuter},
      {"full", JoinType::FullOuter},      {"fullouter", JoinType::FullOuter},
      {"outer", JoinType::FullOuter},     {"leftsemi", JoinType::LeftSemi},
      {"semi", JoinType::LeftSemi},       {"leftanti", JoinType::LeftAnti},
      {"anti", JoinType::LeftAnti}};
  std::string name = lower_case(text);
  std::erase(name, '_');
  const auto found = types.find(name);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

void split_terms(const ExpressionPtr& condition, std::vector<ExpressionPtr>& terms) {
  const auto* call = std::get_if<Function>(&condition->node);
  if (!call || call->name != "and") return terms.push_back(condition);
  for (const auto& argument : call->arguments) split_terms(argument, terms);
}

ExpressionPtr all_of(const std::vector<ExpressionPtr>& terms) {
  ExpressionPtr all;
  for (const auto& term : terms)
    all = all ? make_expression(Function{"and", {all, term}, false, {}}, term->origin) : term;
  return all;
}

enum Side { kNeither = 0, kLeft = 1, kRight = 2, kBoth = 3 };

/// Which side's columns an expression names. `columns`: the left ones, then the right ones.
Side side_of(const Expression& expression, const std::vector<ScopeColumn>& columns,
             std::size_t num_left) {
  int sides = kNeither;
  (void)any_of(expression, [&](const Expression& part) {
    const auto* attribute = std::get_if<Attribute>(&part.node);
    if (!attribute) return false;
    const auto matches = match_attribute(*attribute, columns);
    if (!matches.empty()) sides |= matches.front().index < num_left ? kLeft : kRight;
    return false;
  });
  return Side(sides);
}

std::vector<ScopeColumn> both_columns(const Relation& left, const Relation& right) {
  std::vector<ScopeColumn> columns = left.columns;
  columns.insert(columns.end(), right.columns.begin(), right.columns.end());
  return columns;
}

std::vector<std::optional<std::int64_t>> both_event_times(const Relation& left,
                                                          const Relation& right) {
  auto times = left.step->event_time;
  times.insert(times.end(), right.step->event_time.begin(), right.step->event_time.end());
  return times;
}

bool has_watermark(const BoundExpressionPtr& key, const Relation& side) {
  const int column = key->column_index();
  return column >= 0 && side.step->event_time[std::size_t(column)].has_value();
}

/// A key with a watermark bounds both sides: rows at or before it match nothing that is not late.
void take_key_limit(resolved::Join& join, const Relation& left, const Relation& right) {
  for (std::size_t i = 0; i < join.left.keys.size(); ++i) {
    if (!has_watermark(join.left.keys[i], left) && !has_watermark(join.right.keys[i], right))
      continue;
    join.has_watermark_key = true;
    join.left.limit = join.right.limit = JoinLimit{int(i), true, 0, false};
    return;
  }
}

void set_nullable(std::vector<ScopeColumn>& columns, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) columns[i].nullable = true;
}

/// What the join gives; sides that an outer join fills with NULLs become nullable.
std::vector<ScopeColumn> joined_columns(const Relation& left, const Relation& right,
                                        JoinType type) {
  if (gives_left_only(type)) return left.columns;
  std::vector<ScopeColumn> columns = both_columns(left, right);
  if (keeps_right(type)) set_nullable(columns, 0, left.columns.size());
  if (keeps_left(type)) set_nullable(columns, left.columns.size(), columns.size());
  return columns;
}

std::vector<std::string> names_of(const Relation& relation) {
  std::vector<std::string> names;
  for (const auto& column : relation.columns) names.push_back(column.name);
  return names;
}

int column_named(const std::string& name, const Relation& relation) {
  return relation.step->schema->find(name);
}

std::string detail_of(const plan::Join& join) {
  std::string text = join.type;
  if (join.condition) return text + " on " + to_sql(*join.condition);
  for (std::size_t i = 0; i < join.using_columns.size(); ++i)
    text += (i == 0 ? " using " : ", ") + join.using_columns[i];
  return text;
}

}  // namespace

bool Resolver::add_key(BoundExpressionPtr left, BoundExpressionPtr right, bool null_safe,
                       resolved::Join& join) {
  const auto type = comparison_type(left->type(), right->type(), expression_settings_);
  if (!type) return false;
  for (BoundExpressionPtr* side : {&left, &right}) {
    if ((*side)->type() == *type) continue;
    auto cast = bound_cast(*side, *type, CastMode::Plain, expression_settings_);
    if (!cast.ok()) return false;
    *side = *cast;
  }
  join.left.keys.push_back(std::move(left));
  join.right.keys.push_back(std::move(right));
  join.null_safe.push_back(null_safe);
  return true;
}

/// `a = b` with one side of the join on each side of it becomes a key.
bool Resolver::take_key(const Expression& term, const Relation& left, const Relation& right,
                        resolved::Join& join) {
  const auto* call = std::get_if<Function>(&term.node);
  if (!call || call->arguments.size() != 2) return false;
  const bool null_safe = call->name == "<=>";
  if (!null_safe && call->name != "==" && call->name != "=") return false;
  const auto columns = both_columns(left, right);
  const Side first = side_of(*call->arguments[0], columns, left.columns.size());
  const Side second = side_of(*call->arguments[1], columns, left.columns.size());
  const bool is_key = (first == kLeft && second == kRight) || (first == kRight && second == kLeft);
  if (!is_key) return false;
  const std::size_t of_left = first == kLeft ? 0 : 1;
  BoundExpressionPtr left_key = bind_in(call->arguments[of_left], left);
  BoundExpressionPtr right_key = bind_in(call->arguments[1 - of_left], right);
  return left_key && right_key && add_key(left_key, right_key, null_safe, join);
}

bool Resolver::take_condition(const ExpressionPtr& written, const Relation& left,
                              const Relation& right, resolved::Join& join) {
  const ExpressionPtr condition = parsed(written);
  if (!condition) return false;
  const Relation both{nullptr, both_columns(left, right)};
  const BoundExpressionPtr bound = bind_in(condition, both);
  if (!bound) return false;
  if (bound->type().kind() != TypeKind::Boolean && !bound->type().is_null()) {
    fail(join_condition_not_boolean(column_name(*condition), bound->type()), condition->origin);
    return false;
  }
  std::vector<ExpressionPtr> terms;
  split_terms(condition, terms);
  std::map<Side, std::vector<ExpressionPtr>> rest;
  for (const auto& term : terms) {
    if (take_key(*term, left, right, join)) continue;
    const Side side = side_of(*term, both.columns, left.columns.size());
    rest[side == kNeither ? kBoth : side].push_back(term);
  }
  if (!rest[kLeft].empty()) join.left.condition = bind_condition(all_of(rest[kLeft]), left);
  if (!rest[kRight].empty()) join.right.condition = bind_condition(all_of(rest[kRight]), right);
  if (!rest[kBoth].empty()) join.condition = bind_condition(all_of(rest[kBoth]), both);
  const JoinBounds bounds = join_bounds(rest[kBoth], both.columns, left.columns.size(),
                                        both_event_times(left, right));
  join.left.limit = bounds.left;
  join.right.limit = bounds.right;
  return true;
}

bool Resolver::take_using(const std::vector<std::string>& names, const Relation& left,
                          const Relation& right, resolved::Join& join, const Origin& origin) {
  const std::size_t errors_before = errors_.size();
  for (const auto& name : names) {
    const int of_left = column_named(name, left);
    const int of_right = column_named(name, right);
    if (of_left < 0) fail(unknown_using_column(name, "left", names_of(left)), origin);
    if (of_right < 0) fail(unknown_using_column(name, "right", names_of(right)), origin);
    if (of_left < 0 || of_right < 0) continue;
    const ScopeColumn& a = left.columns[std::size_t(of_left)];
    const ScopeColumn& b = right.columns[std::size_t(of_right)];
    if (!add_key(bound_column(of_left, a.type, a.nullable),
                 bound_column(of_right, b.type, b.nullable), false, join))
      fail(using_types_differ(name, a.type, b.type), origin);
  }
  return errors_.size() == errors_before;
}

Resolver::Resolved Resolver::resolve_kind(const plan::Join& written, const plan::Node& node) {
  auto inputs = inputs_of(node);
  const auto type = join_type_of(written.type);
  if (!type) fail(unknown_join_type(written.type), node.origin);
  if (!inputs || !type) return std::nullopt;
  const Relation& left = inputs->front();
  const Relation& right = inputs->back();
  resolved::Join join;
  join.type = *type;
  join.is_stream_stream = left.step->streaming && right.step->streaming;
  if (written.condition && !take_condition(written.condition, left, right, join))
    return std::nullopt;
  if (!take_using(written.using_columns, left, right, join, node.origin)) return std::nullopt;
  take_key_limit(join, left, right);
  // Late rows of one side of two streams come with NULLs for the other.
  join.pairs = schema_of(join.is_stream_stream ? joined_columns(left, right, JoinType::FullOuter)
                                               : both_columns(left, right));
  resolved::Step step;
  step.event_time =
      gives_left_only(*type) ? left.step->event_time : both_event_times(left, right);
  step.kind = std::move(join);
  step.inputs = {left.step, right.step};
  step.detail = detail_of(written);
  Relation joined = finish(std::move(step), joined_columns(left, right, *type), node);
  if (written.using_columns.empty() || gives_left_only(*type)) return joined;
  return merge_using(joined, written.using_columns, left, *type, node);
}

// The column that has a value in every row: of the side whose rows are all kept, or either one.
Resolver::Resolved Resolver::merge_using(const Relation& joined,
                                         const std::vector<std::string>& names,
                                         const Relation& left, JoinType type,
                                         const plan::Node& node) {
  Relation numbered = joined;
  for (std::size_t i = 0; i < numbered.columns.size(); ++i)
    numbered.columns[i].name = "\x01j" + std::to_string(i);
  const auto item_of = [&](std::size_t i) {
    return SelectItem{make_attribute(joined.columns[i].name), joined.columns[i].name, {}, int(i)};
  };
  std::vector<SelectItem> items;
  std::vector<bool> is_merged(joined.columns.size());
  const std::size_t num_left = left.columns.size();
  for (const auto& name : names) {
    const std::size_t a = std::size_t(column_named(name, left));
    std::size_t b = num_left;
    while (!equal_ignoring_case(joined.columns[b].name, name)) ++b;
    is_merged[a] = is_merged[b] = true;
    items.push_back(item_of(type == JoinType::RightOuter ? b : a));
    if (type != JoinType::FullOuter) continue;
    items.back().column = -1;
    items.back().shown = items.back().expression;
    items.back().expression = make_expression(Function{
        "coalesce",
        {make_attribute(numbered.columns[a].name), make_attribute(numbered.columns[b].name)},
        false,
        {}});
  }
  for (std::size_t i = 0; i < joined.columns.size(); ++i)
    if (!is_merged[i]) items.push_back(item_of(i));
  if (type != JoinType::FullOuter) return bind_project(joined, items, node);
  return bind_project(numbered, items, node);
}

}  // namespace millrace
