#include "topology/analysis/relation.hpp"

#include "topology/analysis/expression_tree.hpp"

#include <algorithm>

namespace millrace {
namespace {

bool came_through(const ScopeColumn& column, const Attribute& attribute) {
  return !attribute.node_id || std::find(column.node_ids.begin(), column.node_ids.end(),
                                         *attribute.node_id) != column.node_ids.end();
}

std::vector<ColumnMatch> match_from(const Attribute& attribute, std::size_t name_at,
                                    const std::vector<ScopeColumn>& columns) {
  const auto& parts = attribute.parts;
  const std::vector<std::string> qualifier(parts.begin(), parts.begin() + long(name_at));
  std::vector<ColumnMatch> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ScopeColumn& column = columns[i];
    if (!equal_ignoring_case(column.name, parts[name_at])) continue;
    if (!has_qualifier(column, qualifier) || !came_through(column, attribute)) continue;
    found.push_back({i, {parts.begin() + long(name_at) + 1, parts.end()}});
  }
  return found;
}

ExpressionPtr canonical(const ExpressionPtr& expression, const std::vector<ScopeColumn>& columns) {
  if (const auto* alias = std::get_if<Alias>(&expression->node)) {
    return canonical(alias->child, columns);
  }
  if (const auto* attribute = std::get_if<Attribute>(&expression->node)) {
    const auto matches = match_attribute(*attribute, columns);
    if (matches.empty()) return expression;
    std::vector<std::string> parts{"#" + std::to_string(matches.front().index)};
    for (const auto& field : matches.front().fields) parts.push_back(lower_case(field));
    return make_expression(Attribute{std::move(parts), std::nullopt});
  }
  ExpressionPtr mapped = map_children(
      expression, [&](const ExpressionPtr& child) { return canonical(child, columns); });
  const auto* function = std::get_if<Function>(&mapped->node);
  if (!function) return mapped;
  Function copy = *function;
  copy.name = lower_case(copy.name);
  return make_expression(std::move(copy));
}

}  // namespace

bool has_qualifier(const ScopeColumn& column, const std::vector<std::string>& qualifier) {
  if (qualifier.empty()) return true;
  if (qualifier.size() > 1) return false;
  return std::any_of(column.qualifiers.begin(), column.qualifiers.end(), [&](const auto& name) {
    return equal_ignoring_case(name, qualifier.front());
  });
}

std::vector<ColumnMatch> match_attribute(const Attribute& attribute,
                                         const std::vector<ScopeColumn>& columns) {
  if (attribute.parts.size() > 1) {
    auto qualified = match_from(attribute, 1, columns);
    if (!qualified.empty()) return qualified;
  }
  return match_from(attribute, 0, columns);
}

SchemaPtr schema_of(const std::vector<ScopeColumn>& columns) {
  auto schema = std::make_shared<Schema>();
  for (const auto& column : columns) {
    schema->fields.push_back({column.name, column.type, column.nullable});
  }
  return schema;
}

std::vector<ScopeColumn> columns_of(const Schema& schema, const std::string& qualifier,
                                    std::int64_t node_id) {
  std::vector<ScopeColumn> columns;
  for (const auto& field : schema.fields) {
    ScopeColumn column{field.name, {}, {node_id}, field.type, field.nullable};
    if (!qualifier.empty()) column.qualifiers.push_back(qualifier);
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string canonical_text(const ExpressionPtr& expression,
                           const std::vector<ScopeColumn>& columns) {
  return to_sql(*canonical(expression, columns));
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace millrace
