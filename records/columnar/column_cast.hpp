#pragma once

#include "records/record_batch.hpp"
#include "records/result.hpp"

namespace millrace {

/// Whether a column of a file may be read as `wanted`: the same type, a wider number, TIMESTAMP for
/// TIMESTAMP_NTZ (as UTC) and back, STRING for BINARY and back.
bool can_read_as(const DataType& found, const DataType& wanted);

/// The column as `wanted`; itself where it has that type. Requires: can_read_as.
ColumnRef read_as(const ColumnRef& column, std::size_t num_rows, const DataType& wanted,
                  RecordPool& pool);

}  // namespace millrace
