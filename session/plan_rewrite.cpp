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

/// Replaces tables by their plans. A node with two parents stays one node.
class TableInliner {
 public:
  explicit TableInliner(const FindTable& find) : find_(find) {}

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
    if (NodePtr table = read && read->format.empty() ? find_(read->table) : nullptr) return table;
    plan::Node copy = *node;
    for (NodePtr& input : copy.inputs) input = run(input);
    return copy.inputs == node->inputs ? node : std::make_shared<const plan::Node>(std::move(copy));
  }

  const FindTable& find_;
  std::map<const plan::Node*, NodePtr> done_;
};

}  // namespace

Result<NodePtr> plan_of_sql(std::string_view text, const TimeZone& zone) {
  return plan_sql(text, is_aggregate, {}, zone);
}

NodePtr with_tables(const NodePtr& plan, const FindTable& find) {
  return TableInliner(find).run(plan);
}

}  // namespace millrace
