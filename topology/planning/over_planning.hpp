#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/execution_plan.hpp"
#include "topology/planning/operator_factory.hpp"

#include <vector>

namespace millrace {

// Steps made of OVER: their operators, and what explain says about them.

OperatorSpec over_spec(const resolved::RunningAggregate& over, const resolved::Step& step,
                       const OperatorSettings& settings);
OperatorSpec over_spec(const resolved::FrameAggregate& over, const resolved::Step& step,
                       const OperatorSettings& settings);
OperatorSpec over_spec(const resolved::Lag& over, const resolved::Step& step,
                       const OperatorSettings& settings);
OperatorSpec over_spec(const resolved::Lead& over, const resolved::Step& step,
                       const OperatorSettings& settings);
OperatorSpec over_spec(const resolved::TopRows& over, const resolved::Step& step,
                       const OperatorSettings& settings);

/// PARTITION BY of a step made of OVER; null for other steps.
const std::vector<BoundExpressionPtr>* over_keys(const resolved::Step& step);
/// Requires: over_keys(step).
std::vector<PlanNote> over_notes(const resolved::Step& step);

}  // namespace millrace
