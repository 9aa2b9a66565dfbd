#include "expressions/bind/bind_context.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/resolver.hpp"

namespace millrace {

// What can be said of expressions whose columns are not known: the grammar and the functions' names.
struct Resolver::UnboundCheck {
  Resolver& resolver;

  void check(const ExpressionPtr& tree) {
    if (!tree) return;
    if (const auto* over = std::get_if<WindowOver>(&tree->node)) return check_over(*over);
    const auto* call = std::get_if<Function>(&tree->node);
    const auto& functions = *resolver.catalog_.functions;
    if (call && !functions.find(call->name)) {
      resolver.fail(unresolved_routine(call->name, functions), tree->origin);
    }
    for_each_child(*tree, [this](const ExpressionPtr& child) { check(child); });
  }
  /// Window functions are no functions of their own.
  void check_over(const WindowOver& over) {
    for_each_child(*over.function, [this](const ExpressionPtr& child) { check(child); });
    for (const auto& key : over.partition_by) check(key);
    for (const auto& order : over.order_by) check(order);
  }
  void check_texts(const std::vector<ExpressionPtr>& texts) {
    for (const auto& tree : resolver.parsed_list(texts)) check(tree);
  }

  void operator()(const plan::Project& project) { check_texts(project.expressions); }
  void operator()(const plan::Filter& filter) { check_texts({filter.condition}); }
  void operator()(const plan::WithColumns& columns) {
    for (const auto& [name, expression] : columns.columns) check_texts({expression});
  }
  void operator()(const plan::Aggregate& aggregate) {
    check_texts(aggregate.grouping);
    check_texts(aggregate.aggregates);
  }
  void operator()(const plan::TransformWithState& transform) { check_texts(transform.grouping); }
  void operator()(const plan::Sort& sort) {
    for (const auto& tree : resolver.parsed_orders(sort.orders)) check(tree);
  }
  void operator()(const plan::Join& join) {
    if (join.condition) check_texts({join.condition});
  }
  template <class Kind>
  void operator()(const Kind&) {}
};

void Resolver::check_unbound(const plan::Node& node) { std::visit(UnboundCheck{*this}, node.kind); }

}  // namespace millrace
