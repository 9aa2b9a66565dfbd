#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/execution_plan.hpp"
#include "topology/planning/operator_factory.hpp"

#include <vector>

namespace millrace {

/// Steps made of OVER: their operators, and what explain says about them.
OperatorSpec over_spec(const resolved::RunningAggregate& over, const resolved::Step& step,
                       const OperatorSettings& settings);
std::vector<PlanNote> over_notes(const resolved::RunningAggregate& over);

}  // namespace millrace
