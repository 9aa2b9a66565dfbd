#pragma once

#include "records/kafka_settings.hpp"
#include "sources/kafka_offsets.hpp"
#include "sources/source_type.hpp"

#include <optional>
#include <set>
#include <string>

namespace millrace {

/// Which partitions a source reads: all of some topics, of topics whose names a pattern finds, or
/// those listed.
struct KafkaSubscription {
  enum class Kind { Topics, Pattern, Assigned };
  Kind kind = Kind::Topics;
  std::set<std::string> topics;
  std::string pattern;
  std::set<TopicPartition> assigned;
  /// Spark's: `Subscribe[a, b]`.
  std::string description;
};

/// Where reading starts or ends in each partition.
struct KafkaBound {
  enum class Kind { Earliest, Latest, Offsets, Times, Time };
  Kind kind = Kind::Latest;
  PartitionOffsets offsets;  // Offsets; Times: milliseconds since 1970 UTC
  std::int64_t time_ms = 0;  // Time: the same for all
};

struct KafkaSourceOptions {
  KafkaSettings settings;
  KafkaSubscription subscription;
  KafkaBound start;
  KafkaBound end;  // batch only
  bool streaming = true;
  bool continuous = false;
  bool fail_on_data_loss = true;
  bool include_headers = false;
  bool commit_offsets = false;
  /// A partition without a record at or after the starting time: true starts at its end.
  bool latest_when_no_match = false;
  std::string group_id;  // without one offsets cannot be committed to the brokers
  std::int64_t num_retries = 3;
  std::int64_t retry_interval_ms = 10;
  std::int64_t discovery_interval_ms = 1000;
  std::optional<std::int64_t> max_offsets;  // per trigger
  std::optional<std::int64_t> min_offsets;  // per trigger
  std::int64_t max_delay_micros = 900'000'000;
};

/// Checks every option value; needs no broker. Errors are Spark's.
Result<KafkaSourceOptions> read_kafka_source_options(const SourceRequest& request);

/// key, value, topic, partition, offset, timestamp, timestampType and, if asked for, headers.
Schema kafka_source_schema(bool include_headers);

/// The kind `kafka`.
SourceType kafka_source_type();

}  // namespace millrace
