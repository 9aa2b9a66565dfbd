#pragma once

#include "records/record_batch.hpp"
#include "records/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Which columns of the rows hold what; -1: no such column.
struct KafkaColumns {
  int topic = -1;
  int key = -1;
  int value = -1;
  int partition = -1;
  int headers = -1;
};

/// Finds the columns by their exact names. `has_topic`: the option `topic` is set, so the column is not
/// looked at. Errors are Spark's.
Result<KafkaColumns> find_kafka_columns(const Schema& schema, bool has_topic);

/// One record to be written. Views into a batch or into encoded bytes.
struct KafkaRecord {
  struct Header {
    std::string_view key;
    std::optional<std::string_view> value;
  };
  std::string_view topic;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::int32_t partition = -1;  // -1: by key
  bool has_headers = false;
  std::vector<Header> headers;
};

/// Reads one row; `to` keeps its memory. Errors are Spark's: no topic, a header without a key.
Status read_kafka_record(const RecordBatch& batch, std::uint32_t row, const KafkaColumns& columns,
                         std::string_view topic, KafkaRecord& to);

/// Appends the record in the form that the checkpoint keeps.
void encode_kafka_record(const KafkaRecord& record, std::string& to);
/// Takes the first record off `bytes`. False when they are damaged.
bool decode_kafka_record(std::string_view& bytes, KafkaRecord& to);

}  // namespace millrace
