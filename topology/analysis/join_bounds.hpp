#pragma once

#include "topology/analysis/relation.hpp"

#include <optional>
#include <vector>

namespace millrace {

struct JoinBounds {
  std::optional<JoinLimit> left;
  std::optional<JoinLimit> right;
};

/// What comparisons of times say about how long rows of each side wait for a partner, given the
/// watermark of the other side. Looks at terms `time + intervals < time + intervals` (also <=, >,
/// >=, BETWEEN) with one column of each side; all others say nothing. `columns` are the left ones,
/// then the right ones, `event_time` says which of them carry a watermark. Several terms: the
/// weakest. Source: Spark's StreamingJoinHelper.getStateValueWatermark.
JoinBounds join_bounds(const std::vector<ExpressionPtr>& terms,
                       const std::vector<ScopeColumn>& columns, std::size_t num_left,
                       const std::vector<std::optional<std::int64_t>>& event_time);

}  // namespace millrace
