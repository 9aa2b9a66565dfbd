#include "session/plan_rewrite.hpp"

#include "expressions/function_registry.hpp"
#include "topology/sql/sql_plan.hpp"

namespace millrace {
namespace {

using plan::NodePtr;

bool is_aggregate(std::string_view name) {
  const FunctionEntry* entry = FunctionRegistry::builtin().find(name);
  return entry && entry->kind == FunctionKind::Aggregate;
}

/// Replaces tables by views. A node with two parents stays one node.
class ViewInliner {
 public:
  explicit ViewInliner(const NamedPlans& views) : views_(views) {}

  NodePtr run(const NodePtr& node) {
    const auto known = done_.find(node.get());
    if (known != done_.end()) return known->second;
    NodePtr out = replaced(node);
    done_.emplace(node.get(), out);
    return out;
  }

 private:
  NodePtr replaced(const NodePtr& node) {
    const auto* read = std::get_if<plan::Read>(&node->kind);
    const auto view = read && read->format.empty() ? views_.find(read->table) : views_.end();
    if (view != views_.end())
      return plan::make_node(plan::SubqueryAlias{read->table}, {view->second}, node->origin);
    plan::Node copy = *node;
    for (NodePtr& input : copy.inputs) input = run(input);
    return copy.inputs == node->inputs ? node : std::make_shared<const plan::Node>(std::move(copy));
  }

  const NamedPlans& views_;
  std::map<const plan::Node*, NodePtr> done_;
};

}  // namespace

Result<NodePtr> plan_of_sql(std::string_view text, const TimeZone& zone) {
  return plan_sql(text, is_aggregate, {}, zone);
}

NodePtr with_views(const NodePtr& plan, const NamedPlans& views) {
  return ViewInliner(views).run(plan);
}

}  // namespace millrace
