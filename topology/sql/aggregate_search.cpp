#include "topology/sql/aggregate_search.hpp"

#include <algorithm>

namespace millrace {
namespace {

struct Search {
  const AggregatePredicate& is_aggregate;

  bool in(const ExpressionPtr& expression) const {
    return expression && std::visit(*this, expression->node);
  }
  bool in(const std::vector<ExpressionPtr>& list) const {
    return std::any_of(list.begin(), list.end(), [&](const ExpressionPtr& one) { return in(one); });
  }

  bool operator()(const Attribute&) const { return false; }
  bool operator()(const Star&) const { return false; }
  bool operator()(const Literal&) const { return false; }
  bool operator()(const Function& call) const {
    return is_aggregate(call.name) || in(call.arguments) || in(call.filter);
  }
  bool operator()(const Cast& cast) const { return in(cast.child); }
  bool operator()(const Alias& alias) const { return in(alias.child); }
  bool operator()(const SortOrder& order) const { return in(order.child); }
  bool operator()(const ExtractValue& extract) const {
    return in(extract.child) || in(extract.key);
  }
  bool operator()(const Lambda& lambda) const { return in(lambda.body); }
  // The function itself runs over the window; only what it is given may be an aggregate.
  bool operator()(const WindowOver& window) const {
    const auto* call = std::get_if<Function>(&window.function->node);
    return (call && in(call->arguments)) || in(window.partition_by) || in(window.order_by);
  }
  bool operator()(const UserFunction& call) const { return in(call.arguments); }
  bool operator()(const NamedArgument& argument) const { return in(argument.child); }
  bool operator()(const Text&) const { return false; }
};

}  // namespace

bool has_aggregate(const Expression& expression, const AggregatePredicate& is_aggregate) {
  return std::visit(Search{is_aggregate}, expression.node);
}

}  // namespace millrace
