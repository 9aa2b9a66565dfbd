#pragma once

#include "topology/analysis/resolved_plan.hpp"

#include <optional>

namespace millrace {

/// Why a join cannot be in a streaming plan of this output mode: Spark's rules by type of join and
/// by which sides are streams. Requires: `step` is a Join, and streaming.
std::optional<Error> join_mode_refusal(const resolved::Step& step, OutputMode mode);
std::optional<Error> join_refusal(const resolved::Step& step);

}  // namespace millrace
