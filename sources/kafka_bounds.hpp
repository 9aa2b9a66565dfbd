#pragma once

#include "sources/kafka_consumer.hpp"

#include <set>

namespace millrace {

/// Offsets where reading starts or ends in each of `partitions`, as the user's bound says. Errors are
/// Spark's: partitions left out, no record that new.
Result<PartitionOffsets> resolve_start(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                                       const std::set<TopicPartition>& partitions);
Result<PartitionOffsets> resolve_end(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                                     const std::set<TopicPartition>& partitions);
/// The same question for all partitions: `kLatestOffset` or `kEarliestOffset`.
Result<PartitionOffsets> resolve_all(KafkaConsumer& consumer,
                                     const std::set<TopicPartition>& partitions, std::int64_t at);

/// "Some data may have been lost ...", with the reason.
Error kafka_data_loss(const std::string& subclass, const std::string& reason);
Error kafka_offset_changed(const TopicPartition& partition, std::int64_t from, std::int64_t to);
Error kafka_partitions_deleted(const std::set<TopicPartition>& partitions);
Error kafka_partitions_made_again(const std::set<TopicPartition>& partitions);
Error kafka_records_gone(const TopicPartition& partition, std::int64_t from, std::int64_t until,
                         std::int64_t earliest);
Error kafka_added_partition_late(const TopicPartition& partition, std::int64_t first);

}  // namespace millrace
