#pragma once

#include "records/value.hpp"
#include "sources/source_type.hpp"

#include <vector>

namespace millrace {

/// The plan of a bounded source of rows given with the query: VALUES, a static table of a test. The
/// offset is the number of the last row, -1 for none.
PlannedSource plan_local_relation(Schema schema, std::vector<std::vector<Value>> rows);

}  // namespace millrace
