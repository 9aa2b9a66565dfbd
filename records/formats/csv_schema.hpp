#pragma once

#include "records/result.hpp"
#include "records/type.hpp"

namespace millrace {

/// Refuses columns that CSV cannot hold (arrays, maps, structs) with Spark's words.
Status check_csv_schema(const Schema& schema);

}  // namespace millrace
