#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/execution_plan.hpp"
#include "topology/settings.hpp"

namespace millrace {

/// Turns a resolved, legal plan into what the runtime starts: one node for each step, factories of
/// its subtasks, edges with their partitioning, and what each stateful operator needs to know of
/// trigger and output mode. A step that two outputs read is one node, unless it keeps state and
/// their output modes differ. Pure; the factories may be called from any thread. Errors: an
/// operator that cannot be built for this plan, or a `parallelism` out of range.
Result<ExecutionPlan> plan_execution(const resolved::Plan& plan, const Settings& settings);

}  // namespace millrace
