#include "sources/kafka_rows.hpp"

#include <librdkafka/rdkafka.h>

#include <string_view>

namespace millrace {

namespace {

void append_optional(Column& column, const void* bytes, std::size_t size) {
  if (bytes == nullptr) return column.append_null();
  column.append_bytes({static_cast<const char*>(bytes), size});
}

/// Rows that follow each other mostly share their topic: its name is kept once.
void append_topic(Column& column, std::string_view topic) {
  const std::size_t rows = column.size();
  if (rows > 0 && column.at<std::string_view>(rows - 1) == topic)
    return column.append_view(column.at<std::string_view>(rows - 1));
  column.append_bytes(topic);
}

void append_headers(Column& column, const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return column.append_null();
  Column& entries = *column.child(0);
  std::uint32_t count = 0;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (rd_kafka_header_get_all(headers, count, &name, &value, &size) ==
         RD_KAFKA_RESP_ERR_NO_ERROR) {
    entries.child(0)->append_bytes(name);
    append_optional(*entries.child(1), value, size);
    entries.append_struct();
    ++count;
  }
  column.append_list(count);
}

}  // namespace

std::size_t append_kafka_row(RecordBatch& batch, const rd_kafka_message_s& message,
                             bool include_headers) {
  const auto& columns = batch.columns();
  append_optional(*columns[0], message.key, message.key_len);
  append_optional(*columns[1], message.payload, message.len);
  append_topic(*columns[2], rd_kafka_topic_name(message.rkt));
  columns[3]->append(message.partition);
  columns[4]->append(message.offset);
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t ms = rd_kafka_message_timestamp(&message, &type);
  columns[5]->append(ms * 1000);
  // Java's numbers are one less: -1 none, 0 set by the producer, 1 by the broker.
  columns[6]->append(static_cast<std::int32_t>(type) - 1);
  if (include_headers) append_headers(*columns[7], message);
  return message.key_len + message.len;
}

}  // namespace millrace
