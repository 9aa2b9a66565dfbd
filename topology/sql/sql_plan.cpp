#include "topology/sql/sql_plan.hpp"

#include "topology/sql/aggregate_search.hpp"

#include <algorithm>

namespace millrace {
namespace {

using plan::make_node;
using plan::NodePtr;

ExpressionPtr star(const Origin& origin) { return make_expression(Star{}, origin); }

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ".") + name;
  return out;
}

class QueryPlanner {
 public:
  explicit QueryPlanner(const AggregatePredicate& is_aggregate) : is_aggregate_(is_aggregate) {}

  NodePtr query(const SelectQuery& query) {
    const std::size_t outer = common_tables_.size();
    for (const auto& [name, table] : query.with)
      common_tables_.emplace_back(name, this->query(*table));
    NodePtr out = query.union_operands.empty() ? select(query) : union_of(query);
    common_tables_.resize(outer);
    return clauses_after(query, std::move(out));
  }

 private:
  NodePtr select(const SelectQuery& query) {
    NodePtr out = from(query);
    for (const auto& view : query.lateral_views) out = lateral_view(view, std::move(out));
    if (query.where) out = filter(query.where, std::move(out));
    out = groups(query) ? aggregate(query, std::move(out))
                        : make_node(plan::Project{query.select}, {std::move(out)}, query.origin);
    if (query.having) out = filter(query.having, std::move(out));
    return query.distinct ? distinct(std::move(out), query.origin) : out;
  }

  static NodePtr clauses_after(const SelectQuery& query, NodePtr out) {
    if (!query.order_by.empty()) out = sort(query, std::move(out));
    if (query.offset)
      out = make_node(plan::Offset{query.offset}, {std::move(out)}, query.offset->origin);
    if (query.limit)
      out = make_node(plan::Limit{query.limit}, {std::move(out)}, query.limit->origin);
    return out;
  }

  static NodePtr sort(const SelectQuery& query, NodePtr input) {
    return make_node(plan::Sort{query.order_by}, {std::move(input)},
                     query.order_by.front()->origin);
  }
  static NodePtr filter(const ExpressionPtr& condition, NodePtr input) {
    return make_node(plan::Filter{condition}, {std::move(input)}, condition->origin);
  }

  static NodePtr distinct(NodePtr input, const Origin& origin) {
    plan::Aggregate all;
    all.grouping = {star(origin)};
    all.aggregates = {star(origin)};
    all.select_list = true;
    return make_node(std::move(all), {std::move(input)}, origin);
  }

  NodePtr union_of(const SelectQuery& query) {
    std::vector<NodePtr> operands;
    for (const auto& operand : query.union_operands) operands.push_back(this->query(*operand));
    if (operands.size() == 1) return std::move(operands.front());
    NodePtr out = make_node(plan::SetOperation{}, std::move(operands), query.origin);
    return query.union_all ? out : distinct(std::move(out), query.origin);
  }

  bool groups(const SelectQuery& query) const {
    const auto aggregates = [&](const ExpressionPtr& one) {
      return has_aggregate(*one, is_aggregate_);
    };
    return query.having || !query.group_by.empty() || !query.grouping_kind.empty() ||
           std::any_of(query.select.begin(), query.select.end(), aggregates) ||
           std::any_of(query.order_by.begin(), query.order_by.end(), aggregates);
  }

  static NodePtr aggregate(const SelectQuery& query, NodePtr input) {
    plan::Aggregate out;
    if (query.grouping_kind == "rollup") out.kind = plan::GroupKind::Rollup;
    if (query.grouping_kind == "cube") out.kind = plan::GroupKind::Cube;
    if (query.grouping_kind == "grouping sets") out.kind = plan::GroupKind::GroupingSets;
    out.grouping = query.group_by;
    out.sets = query.grouping_sets;
    out.aggregates = query.select;
    out.select_list = true;
    return make_node(std::move(out), {std::move(input)}, query.origin);
  }

  NodePtr from(const SelectQuery& query) {
    // A query without FROM reads one row without columns.
    if (query.from.empty()) return make_node(plan::LocalRelation{{}, {{}}}, {}, query.origin);
    NodePtr out = table(query.from.front());
    for (std::size_t i = 1; i < query.from.size(); ++i) {
      plan::Join cross;
      cross.type = "cross";
      out =
          make_node(std::move(cross), {std::move(out), table(query.from[i])}, query.from[i].origin);
    }
    for (const JoinClause& clause : query.joins) {
      plan::Join join{clause.type, clause.condition, clause.using_columns};
      out = make_node(std::move(join), {std::move(out), table(clause.table)}, clause.origin);
    }
    return out;
  }

  NodePtr table(const TableReference& reference) {
    NodePtr out = reference.subquery ? query(*reference.subquery) : named(reference);
    if (reference.alias.empty()) return out;
    return make_node(plan::SubqueryAlias{reference.alias}, {std::move(out)}, reference.origin);
  }

  // The innermost common table expression of that name, else a table of the catalog.
  NodePtr named(const TableReference& reference) {
    const std::string name = joined(reference.name);
    for (auto known = common_tables_.rbegin(); known != common_tables_.rend(); ++known) {
      if (reference.name.size() > 1 || !equal_ignoring_case(known->first, name)) continue;
      return make_node(plan::SubqueryAlias{known->first}, {known->second}, reference.origin);
    }
    plan::Read read;
    read.table = name;
    return make_node(std::move(read), {}, reference.origin);
  }

  // OUTER keeps rows for which the generator gives nothing, as the _outer functions do.
  static NodePtr lateral_view(const SelectQuery::LateralView& view, NodePtr input) {
    ExpressionPtr generator = view.generator;
    const auto* call = std::get_if<Function>(&generator->node);
    if (view.outer && call && !call->name.ends_with("_outer")) {
      Function outer = *call;
      outer.name += "_outer";
      generator = make_expression(std::move(outer), generator->origin);
    }
    const Origin origin = generator->origin;
    if (!view.columns.empty()) generator = make_expression(Alias{generator, view.columns}, origin);
    return make_node(plan::Project{{star(origin), generator}}, {std::move(input)}, origin);
  }

  const AggregatePredicate& is_aggregate_;
  std::vector<std::pair<std::string, NodePtr>> common_tables_;  // those in sight, innermost last
};

}  // namespace

Result<plan::NodePtr> to_plan(const SelectQuery& query, const AggregatePredicate& is_aggregate) {
  return QueryPlanner(is_aggregate).query(query);
}

Result<plan::NodePtr> plan_sql(std::string_view text, const AggregatePredicate& is_aggregate,
                               const Origin& start, const TimeZone& zone) {
  auto query = parse_query(text, start, zone);
  if (!query) return std::move(query.error());
  return to_plan(**query, is_aggregate);
}

}  // namespace millrace
