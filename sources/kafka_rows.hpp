#pragma once

#include "records/record_batch.hpp"

struct rd_kafka_message_s;

namespace millrace {

/// Appends one Kafka record to the columns of `kafka_source_schema`; the caller sets the number of
/// rows. Gives the bytes of key and value.
std::size_t append_kafka_row(RecordBatch& batch, const rd_kafka_message_s& message,
                             bool include_headers);

}  // namespace millrace
