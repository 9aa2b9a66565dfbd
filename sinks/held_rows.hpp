#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "records/record_batch.hpp"
#include "records/result.hpp"

namespace millrace {

/// The visible rows of batches of one schema as bytes for the journal: how many bytes follow, then the
/// values row by row (`encode_value`).
std::string bytes_of_rows(const std::deque<RecordBatch>& batches);

/// Those rows in one batch. Error: the bytes are not whole.
Result<RecordBatch> rows_of_bytes(std::string_view bytes, const SchemaPtr& schema,
                                  RecordPool& pool);

}  // namespace millrace
