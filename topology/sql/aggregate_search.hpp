#pragma once

#include "topology/sql/sql_plan.hpp"

namespace millrace {

/// Does the expression call an aggregate function outside OVER?
bool has_aggregate(const Expression& expression, const AggregatePredicate& is_aggregate);

}  // namespace millrace
