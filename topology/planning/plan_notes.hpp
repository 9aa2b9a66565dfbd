#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/execution_plan.hpp"
#include "topology/settings.hpp"

#include <string>
#include <vector>

namespace millrace {

/// What explain and validate say about a step: when its results leave it, and what bounds its state
/// or `UNBOUNDED` and why. Empty for steps without state.
std::vector<PlanNote> notes_of(const resolved::Step& step, const EmitPolicy& policy);

/// The sink's effective guarantee, end to end, and why.
PlanNote guarantee_of(const resolved::Output& output, const EmitPolicy& policy,
                      const Settings& settings);

/// What makes the results of one group grow without bound (`every value`); empty when nothing does.
std::string growth_of(const std::vector<BoundAggregate>& calls);

}  // namespace millrace
