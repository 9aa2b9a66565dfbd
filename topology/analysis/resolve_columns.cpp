#include "expressions/expression_errors.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>

namespace millrace {
namespace {

std::vector<SelectItem> all_columns(const Relation& input) {
  std::vector<SelectItem> items;
  for (std::size_t i = 0; i < input.columns.size(); ++i) {
    const std::string& name = input.columns[i].name;
    items.push_back({make_attribute(name), name, {}, int(i)});
  }
  return items;
}

// Spark replaces every column of that name in its place, else adds one behind.
void set_column(std::vector<SelectItem>& items, const std::string& name,
                const ExpressionPtr& expression) {
  bool replaced = false;
  for (auto& item : items) {
    if (!equal_ignoring_case(item.name, name)) continue;
    item = {expression, name, {}, -1};
    replaced = true;
  }
  if (!replaced) items.push_back({expression, name, {}, -1});
}

}  // namespace

Resolver::Resolved Resolver::resolve_kind(const plan::WithColumns& columns,
                                          const plan::Node& node) {
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  auto items = all_columns(*input);
  bool ok = true;
  for (const auto& [name, expression] : columns.columns) {
    const ExpressionPtr tree = parsed(expression);
    ok = ok && tree;
    if (tree) set_column(items, name, without_alias(tree));
  }
  if (!ok) return std::nullopt;
  return project(std::move(*input), std::move(items), node);
}

// A column that is not there is passed over, as in Spark.
Resolver::Resolved Resolver::resolve_kind(const plan::WithColumnsRenamed& renamed,
                                          const plan::Node& node) {
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  auto items = all_columns(*input);
  for (const auto& [from, to] : renamed.renames) {
    for (auto& item : items) {
      if (equal_ignoring_case(item.name, from)) item.name = to;
    }
  }
  return bind_project(*input, items, node);
}

Resolver::Resolved Resolver::resolve_kind(const plan::Drop& drop, const plan::Node& node) {
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  auto items = all_columns(*input);
  std::erase_if(items, [&](const SelectItem& item) {
    return std::any_of(drop.columns.begin(), drop.columns.end(),
                       [&](const auto& name) { return equal_ignoring_case(item.name, name); });
  });
  return bind_project(*input, items, node);
}

Resolver::Resolved Resolver::resolve_kind(const plan::ToDF& to_df, const plan::Node& node) {
  Resolved input = input_of(node);
  if (!input) return std::nullopt;
  auto items = all_columns(*input);
  if (items.size() != to_df.names.size()) {
    fail(make_error(ErrorKind::Config,
                    "requirement failed: The number of columns doesn't match. Old column names (" +
                        std::to_string(items.size()) + "), new column names (" +
                        std::to_string(to_df.names.size()) + ")",
                    "give one name for each column"),
         node.origin);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < items.size(); ++i) items[i].name = to_df.names[i];
  return bind_project(*input, items, node);
}

}  // namespace millrace
