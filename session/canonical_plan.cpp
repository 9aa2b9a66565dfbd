// A plan without what is notation only.
#include "expressions/parser.hpp"
#include "records/option_value.hpp"
#include "records/schema_text.hpp"
#include "session/plan_rewrite.hpp"
#include "topology/analysis/expression_tree.hpp"
#include "topology/analysis/formats.hpp"
#include "topology/option_registry.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace millrace {
namespace {

using plan::NodePtr;

Options sorted(const Options& options) {
  std::map<std::string, std::string> by_name;
  for (const auto& [name, text] : options.entries()) by_name[lower_trimmed(name)] = text.value;
  Options out;
  for (const auto& [name, value] : by_name) out.set(name, value);
  return out;
}

/// Rewrites one kind of node after the other; the first error of the parser is kept.
class Canonizer {
 public:
  explicit Canonizer(const NamedPlans& names) : names_(names) {}

  NodePtr run(const NodePtr& node) {
    const auto known = done_.find(node.get());
    if (known != done_.end()) return known->second;
    kept_.push_back(node);
    NodePtr out = std::visit([&](const auto& kind) { return rewritten(kind, *node); }, node->kind);
    done_.emplace(node.get(), out);
    return out;
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  template <class T>
  void fail(Result<T>& result) {
    if (!error_) error_ = std::move(result.error());
  }

  NodePtr over(plan::Node::Kind kind, const plan::Node& node) {
    std::vector<NodePtr> inputs;
    for (const NodePtr& input : node.inputs) inputs.push_back(run(input));
    return plan::make_node(std::move(kind), std::move(inputs));
  }

  ExpressionPtr parsed(const ExpressionPtr& expression) {
    return replace_top_down(expression, [&](const ExpressionPtr& part) -> ExpressionPtr {
      const auto* text = std::get_if<Text>(&part->node);
      if (!text) return nullptr;
      auto list = parse_expression_list(text->sql);
      if (list && list->size() == 1) return list->front();
      if (!list) fail(list);
      return part;
    });
  }
  std::vector<ExpressionPtr> parsed(std::vector<ExpressionPtr> list) {
    for (ExpressionPtr& expression : list) expression = parsed(expression);
    return list;
  }

  // `n DESC` is an order only behind ORDER BY.
  ExpressionPtr parsed_order(const ExpressionPtr& order) {
    const auto* text = std::get_if<Text>(&order->node);
    if (!text) return parsed(order);
    auto query = parse_query("SELECT 1 ORDER BY " + text->sql);
    if (query && (*query)->order_by.size() == 1) return (*query)->order_by.front();
    if (!query) fail(query);
    return order;
  }

  NodePtr rewritten(const plan::Read& read, const plan::Node&) {
    if (read.format.empty()) {
      const auto named = names_.find(read.table);
      const bool is_open = named != names_.end() && !open_.insert(named->second.get()).second;
      if (named == names_.end() || is_open) return plan::make_node(read, {});
      NodePtr out = run(named->second);
      open_.erase(named->second.get());
      return out;
    }
    plan::Read out = read;
    // `json` is short for files in that format.
    const auto& formats = format_names();
    const std::string name = lower_trimmed(read.format);
    const bool is_file = std::find(formats.begin(), formats.end(), name) != formats.end();
    out.format = is_file ? "file" : name;
    out.options = sorted(with_format(read.options, is_file ? name : ""));
    for (std::string& path : out.paths)
      path = std::filesystem::absolute(path).lexically_normal().string();
    const auto schema = parse_schema(read.schema.value_or(""));
    if (read.schema && schema) out.schema = to_ddl(*schema);
    return plan::make_node(std::move(out), {});
  }
  NodePtr rewritten(const plan::SqlQuery& query, const plan::Node& node) {
    auto plan = plan_of_sql(query.text, {});
    if (plan) return run(*plan);
    fail(plan);
    return plan::make_node(query, node.inputs);
  }
  // What the alias qualifies stays readable without it: columns keep their names.
  NodePtr rewritten(const plan::SubqueryAlias&, const plan::Node& node) {
    return run(node.inputs.front());
  }
  NodePtr rewritten(const plan::Project& project, const plan::Node& node) {
    return over(plan::Project{parsed(project.expressions)}, node);
  }
  NodePtr rewritten(plan::WithColumns with, const plan::Node& node) {
    for (auto& [name, column] : with.columns) column = parsed(column);
    return over(std::move(with), node);
  }
  NodePtr rewritten(const plan::Filter& filter, const plan::Node& node) {
    return over(plan::Filter{parsed(filter.condition)}, node);
  }
  // The output of GROUP BY and AGG is the keys by their names, then the aggregates.
  NodePtr rewritten(plan::Aggregate aggregate, const plan::Node& node) {
    aggregate.grouping = parsed(std::move(aggregate.grouping));
    aggregate.aggregates = parsed(std::move(aggregate.aggregates));
    if (!aggregate.select_list) {
      std::vector<ExpressionPtr> list;
      for (const ExpressionPtr& key : aggregate.grouping)
        list.push_back(make_attribute(alias_name(*key).value_or(column_name(*key))));
      list.insert(list.end(), aggregate.aggregates.begin(), aggregate.aggregates.end());
      aggregate.aggregates = std::move(list);
      aggregate.select_list = true;
    }
    return over(std::move(aggregate), node);
  }
  NodePtr rewritten(plan::TransformWithState transform, const plan::Node& node) {
    transform.grouping = parsed(std::move(transform.grouping));
    return over(std::move(transform), node);
  }
  NodePtr rewritten(plan::Join join, const plan::Node& node) {
    if (join.condition) join.condition = parsed(join.condition);
    return over(std::move(join), node);
  }
  NodePtr rewritten(plan::Sort sort, const plan::Node& node) {
    for (ExpressionPtr& order : sort.orders) order = parsed_order(order);
    return over(std::move(sort), node);
  }
  NodePtr rewritten(const plan::Limit& limit, const plan::Node& node) {
    return over(plan::Limit{parsed(limit.count)}, node);
  }
  NodePtr rewritten(const plan::Offset& offset, const plan::Node& node) {
    return over(plan::Offset{parsed(offset.count)}, node);
  }
  // Kinds without expressions.
  NodePtr rewritten(const plan::LocalRelation& kind, const plan::Node& node) {
    return over(kind, node);
  }
  NodePtr rewritten(const plan::WithColumnsRenamed& kind, const plan::Node& node) {
    return over(kind, node);
  }
  NodePtr rewritten(const plan::Drop& kind, const plan::Node& node) { return over(kind, node); }
  NodePtr rewritten(const plan::ToDF& kind, const plan::Node& node) { return over(kind, node); }
  NodePtr rewritten(const plan::WithWatermark& kind, const plan::Node& node) {
    return over(kind, node);
  }
  NodePtr rewritten(const plan::Deduplicate& kind, const plan::Node& node) {
    return over(kind, node);
  }
  NodePtr rewritten(const plan::SetOperation& kind, const plan::Node& node) {
    return over(kind, node);
  }

  const NamedPlans& names_;
  std::map<const plan::Node*, NodePtr> done_;
  // Keeps nodes made from SQL text alive: their addresses are keys above.
  std::vector<NodePtr> kept_;
  // Names being replaced, to notice a cycle.
  std::set<const plan::Node*> open_;
  std::optional<Error> error_;
};

}  // namespace

Result<NodePtr> canonical_plan(const NodePtr& plan, const NamedPlans& names) {
  Canonizer canonizer(names);
  NodePtr out = canonizer.run(plan);
  if (canonizer.error()) return *canonizer.error();
  return out;
}

}  // namespace millrace
