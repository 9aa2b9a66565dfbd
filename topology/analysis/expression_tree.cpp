#include "topology/analysis/expression_tree.hpp"

#include <type_traits>

namespace millrace {
namespace {

using Pointers = std::vector<ExpressionPtr*>;

/// The children of a node as places that may be written to.
struct ChildPlaces {
  Pointers operator()(Attribute&) { return {}; }
  Pointers operator()(Star&) { return {}; }
  Pointers operator()(Literal&) { return {}; }
  Pointers operator()(Text&) { return {}; }
  Pointers operator()(Function& node) {
    Pointers places = all(node.arguments);
    if (node.filter) places.push_back(&node.filter);
    return places;
  }
  Pointers operator()(Cast& node) { return {&node.child}; }
  Pointers operator()(Alias& node) { return {&node.child}; }
  Pointers operator()(SortOrder& node) { return {&node.child}; }
  Pointers operator()(ExtractValue& node) { return {&node.child, &node.key}; }
  Pointers operator()(Lambda& node) { return {&node.body}; }
  Pointers operator()(NamedArgument& node) { return {&node.child}; }
  Pointers operator()(UserFunction& node) { return all(node.arguments); }
  Pointers operator()(WindowOver& node) {
    Pointers places{&node.function};
    for (auto* list : {&node.partition_by, &node.order_by}) {
      for (auto& child : *list) places.push_back(&child);
    }
    return places;
  }
  static Pointers all(std::vector<ExpressionPtr>& list) {
    Pointers places;
    for (auto& child : list) places.push_back(&child);
    return places;
  }
};

}  // namespace

ExpressionPtr map_children(const ExpressionPtr& expression, const ExpressionMap& map) {
  Expression copy = *expression;
  bool changed = false;
  for (ExpressionPtr* place : std::visit(ChildPlaces{}, copy.node)) {
    if (!*place) continue;
    ExpressionPtr mapped = map(*place);
    changed = changed || mapped != *place;
    *place = std::move(mapped);
  }
  return changed ? std::make_shared<const Expression>(std::move(copy)) : expression;
}

ExpressionPtr replace_top_down(const ExpressionPtr& expression, const ExpressionMap& replace) {
  if (ExpressionPtr replaced = replace(expression)) return replaced;
  return map_children(expression,
                      [&](const ExpressionPtr& child) { return replace_top_down(child, replace); });
}

void for_each_child(const Expression& expression,
                    const std::function<void(const ExpressionPtr&)>& visit) {
  Expression copy = expression;
  for (ExpressionPtr* place : std::visit(ChildPlaces{}, copy.node)) {
    if (*place) visit(*place);
  }
}

bool any_of(const Expression& expression, const ExpressionTest& test) {
  if (test(expression)) return true;
  bool found = false;
  for_each_child(expression,
                 [&](const ExpressionPtr& child) { found = found || any_of(*child, test); });
  return found;
}

bool has_over(const Expression& expression) {
  return any_of(expression, [](const Expression& part) {
    return std::holds_alternative<WindowOver>(part.node);
  });
}

ExpressionPtr without_alias(const ExpressionPtr& expression) {
  const auto* alias = std::get_if<Alias>(&expression->node);
  return alias ? without_alias(alias->child) : expression;
}

std::optional<std::string> alias_name(const Expression& expression) {
  const auto* alias = std::get_if<Alias>(&expression.node);
  if (!alias || alias->names.size() != 1) return std::nullopt;
  return alias->names.front();
}

ExpressionPtr make_attribute(std::string name, Origin origin) {
  return make_expression(Attribute{{std::move(name)}, std::nullopt}, std::move(origin));
}

ExpressionPtr make_literal(Value value, Origin origin) {
  return make_expression(Literal{std::move(value)}, std::move(origin));
}

Value int_value(std::int64_t value, TypeKind kind) { return Value{DataType(kind), value}; }

}  // namespace millrace
