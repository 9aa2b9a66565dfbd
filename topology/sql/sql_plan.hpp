#pragma once

#include "expressions/parser.hpp"
#include "topology/plan/node.hpp"

#include <functional>
#include <string_view>

namespace millrace {

/// Is a function of this name (any case) an aggregate?
using AggregatePredicate = std::function<bool(std::string_view name)>;

/// Plan nodes of a query, unresolved. Names in FROM become Read nodes of tables, or the common
/// table expression of that name. A select list with GROUP BY, HAVING or an aggregate is one
/// Aggregate with `select_list`; HAVING is a Filter and ORDER BY a Sort above it, both still free
/// to name grouping columns and aggregates that are not selected. SELECT DISTINCT and UNION without
/// ALL are an Aggregate that groups by `*`. LATERAL VIEW is a Project of `*` and the generator.
/// LIMIT stands above OFFSET.
Result<plan::NodePtr> to_plan(const SelectQuery& query, const AggregatePredicate& is_aggregate);

/// The same from text; errors of syntax are those of `parse_query`.
Result<plan::NodePtr> plan_sql(std::string_view text, const AggregatePredicate& is_aggregate,
                               const Origin& start = {}, const TimeZone& zone = {});

}  // namespace millrace
