#pragma once

#include "records/column.hpp"

#include <string>

namespace millrace {

/// How one column counts in a sort.
struct SortDirection {
  bool ascending = true;
  bool nulls_first = true;
};

/// Appends bytes to `key` that order (as unsigned bytes) as Spark orders the values: NaN is
/// greatest and equal to itself, -0.0 equals 0.0, strings by bytes, arrays and structs element by
/// element with NULL least. Keys of several columns are put one behind the other. Requires: the
/// column's type has an order (no map, no calendar interval).
void append_sort_key(std::string& key, const Column& column, std::size_t row,
                     SortDirection direction);

}  // namespace millrace
