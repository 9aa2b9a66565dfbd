#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/settings.hpp"

#include <vector>

namespace millrace {

/// Refuses what Structured Streaming refuses: plans whose output mode, order of stateful operators,
/// sorting or limits have no streaming meaning; with `spark_strict` also what its continuous mode
/// does not run. Adds every error found, in Spark's words.
void check_legality(const resolved::Output& output, const Settings& settings,
                    std::vector<Error>& errors);

}  // namespace millrace
