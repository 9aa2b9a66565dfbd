#pragma once

#include "records/result.hpp"

#include <cstdint>
#include <string>

namespace millrace {

/// Spark's refusals of a select list over groups.

/// MISSING_AGGREGATION: `expression` is neither grouped nor inside an aggregate.
Error missing_aggregation(const std::string& expression);
/// MISSING_GROUP_BY: a plain column beside an aggregate without GROUP BY.
Error missing_group_by();
/// GROUP_BY_POS_OUT_OF_RANGE
Error group_by_position_out_of_range(std::int64_t position, std::size_t size);
/// count(DISTINCT ...) and its kin.
Error distinct_aggregate();
/// grouping_id() and grouping() outside of rollup, cube and grouping sets.
Error no_grouping_sets();

}  // namespace millrace
