#pragma once

#include <arrow/api.h>

namespace millrace {

/// The batch with all timestamps in microseconds, also nested ones; other units are rounded down. Error:
/// a time out of range.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> in_micros(
    const std::shared_ptr<arrow::RecordBatch>& batch);

/// The same for a type.
std::shared_ptr<arrow::DataType> in_micros(const std::shared_ptr<arrow::DataType>& type);

}  // namespace millrace
