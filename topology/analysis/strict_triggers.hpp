#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/settings.hpp"

#include <optional>
#include <vector>

namespace millrace {

/// What Spark refuses in the modes that have lists of their own; asked for by `sparkStrict: true`.
/// `steps`: those of a streaming output, the sink's own first.

/// Continuous mode: any step but projections, filters and what only renames, file sources and sinks,
/// and foreachBatch. Spark looks from the sources.
std::vector<Error> continuous_refusals(const resolved::Output& output,
                                       const std::vector<resolved::StepPtr>& steps,
                                       const Settings& settings);

/// Real-time mode: output modes other than update. Spark asks this before anything else.
std::optional<Error> real_time_mode_refusal(OutputMode mode);

/// Real-time mode: sources without a reader for it. Spark asks this last.
std::vector<Error> real_time_source_refusals(const std::vector<resolved::StepPtr>& steps);

}  // namespace millrace
