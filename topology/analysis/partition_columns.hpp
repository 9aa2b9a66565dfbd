#pragma once

#include "records/options.hpp"
#include "records/result.hpp"
#include "records/type.hpp"

#include <vector>

namespace millrace {

/// Where the columns stand that a watermark follows event time by: option `partitionBy` of its node,
/// names with commas between. Empty: one watermark for all rows. Error: no such column.
Result<std::vector<int>> partition_columns(const Options& options, const Schema& schema);

}  // namespace millrace
