#include "sources/kafka_bounds.hpp"

#include <fmt/format.h>

namespace millrace {

namespace {

Error query_error(std::string message, std::string fix = {}) {
  return make_error(ErrorKind::QueryFailed, std::move(message), std::move(fix));
}

std::string specified(const PartitionOffsets& given, const std::set<TopicPartition>& assigned) {
  return fmt::format("Specified: {} Assigned: {}", set_text(partitions_of(given)),
                     set_text(assigned));
}

/// Offsets as written, with the ends asked for where -1 and -2 stand.
Result<PartitionOffsets> resolve_offsets(KafkaConsumer& consumer, const PartitionOffsets& given,
                                         const std::set<TopicPartition>& partitions) {
  if (partitions_of(given) != partitions)
    return query_error(
        "assertion failed: If startingOffsets contains specific offsets, you must specify all "
        "TopicPartitions.\nUse -1 for latest, -2 for earliest, if you don't care.\n" +
            specified(given, partitions),
        "name every partition of the topics that are read");
  PartitionOffsets ends;
  for (const auto& [partition, offset] : given)
    if (offset < 0) ends[partition] = offset;
  auto answers = consumer.offsets(ends);
  if (!answers.ok()) return answers.error();
  PartitionOffsets resolved = given;
  for (const auto& [partition, offset] : *answers) resolved[partition] = offset;
  return resolved;
}

PartitionOffsets times_of(const KafkaBound& bound, const std::set<TopicPartition>& partitions) {
  PartitionOffsets times = bound.offsets;
  if (bound.kind == KafkaBound::Kind::Time)
    for (const TopicPartition& partition : partitions) times[partition] = bound.time_ms;
  return times;
}

/// Partitions without a record that new: their end, or an error.
Result<PartitionOffsets> resolve_times(KafkaConsumer& consumer, const KafkaBound& bound,
                                       const std::set<TopicPartition>& partitions,
                                       bool latest_when_no_match) {
  const PartitionOffsets times = times_of(bound, partitions);
  if (partitions_of(times) != partitions) {
    Error error = query_error(
        "Partitions specified for Kafka timestamp based start offsets don't match what are "
        "assigned. Maybe topic partitions are created \nor deleted while the query is running, or "
        "you didn't specify all the partitions.\n" +
        specified(times, partitions));
    error.error_class = "KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED";
    return error;
  }
  auto found = consumer.offsets(times);
  if (!found.ok()) return found;
  PartitionOffsets unmatched;
  for (const auto& [partition, offset] : *found) {
    if (offset >= 0) continue;
    if (!latest_when_no_match)
      return query_error(
          fmt::format("No offset matched from request of topic-partition {} and timestamp {}.",
                      to_string(partition), times.at(partition)),
          "set startingOffsetsByTimestampStrategy: latest to start such partitions at their end");
    unmatched[partition] = kLatestOffset;
  }
  auto ends = consumer.offsets(unmatched);
  if (!ends.ok()) return ends;
  for (const auto& [partition, offset] : *ends) (*found)[partition] = offset;
  return found;
}

Result<PartitionOffsets> resolve(KafkaConsumer& consumer, const KafkaBound& bound,
                                 const std::set<TopicPartition>& partitions,
                                 bool latest_when_no_match) {
  switch (bound.kind) {
    case KafkaBound::Kind::Earliest: return resolve_all(consumer, partitions, kEarliestOffset);
    case KafkaBound::Kind::Latest: return resolve_all(consumer, partitions, kLatestOffset);
    case KafkaBound::Kind::Offsets: return resolve_offsets(consumer, bound.offsets, partitions);
    case KafkaBound::Kind::Times:
    case KafkaBound::Kind::Time:
      return resolve_times(consumer, bound, partitions, latest_when_no_match);
  }
  return PartitionOffsets{};
}

}  // namespace

Result<PartitionOffsets> resolve_all(KafkaConsumer& consumer,
                                     const std::set<TopicPartition>& partitions, std::int64_t at) {
  PartitionOffsets wanted;
  for (const TopicPartition& partition : partitions) wanted[partition] = at;
  return consumer.offsets(wanted);
}

Result<PartitionOffsets> resolve_start(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                                       const std::set<TopicPartition>& partitions) {
  return resolve(consumer, options.start, partitions, options.latest_when_no_match);
}

Result<PartitionOffsets> resolve_end(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                                     const std::set<TopicPartition>& partitions) {
  return resolve(consumer, options.end, partitions, true);
}

Error kafka_data_loss(const std::string& subclass, const std::string& reason) {
  Error error = query_error(
      "Some data may have been lost because they are not available in Kafka any more;\n"
      "either the data was aged out by Kafka or the topic may have been deleted before all the "
      "data in the\ntopic was processed.\n"
      "If you don't want your streaming query to fail on such cases, set the source option "
      "failOnDataLoss to false.\nReason: " +
          reason,
      "set failOnDataLoss: false to go on with what is left");
  error.error_class = "KAFKA_DATA_LOSS." + subclass;
  return error;
}

Error kafka_offset_changed(const TopicPartition& partition, std::int64_t from, std::int64_t to) {
  return kafka_data_loss(
      "PARTITION_OFFSET_CHANGED",
      fmt::format("Partition {} offset was changed from {} to {}.\nThis could be either 1) a user "
                  "error that the start offset is set beyond available offset when starting query, "
                  "or 2) the kafka topic-partition is deleted and re-created.",
                  to_string(partition), from, to));
}

Error kafka_partitions_deleted(const std::set<TopicPartition>& partitions) {
  return kafka_data_loss("PARTITIONS_DELETED", fmt::format("Partitions {} have been deleted.",
                                                           set_text(partitions)));
}

Error kafka_partitions_made_again(const std::set<TopicPartition>& partitions) {
  return kafka_data_loss(
      "PARTITIONS_DELETED",
      fmt::format("Partitions {} have been deleted and made again: a record that was read is not the "
                  "one that stands there now.",
                  set_text(partitions)));
}

Error kafka_records_gone(const TopicPartition& partition, std::int64_t from, std::int64_t until,
                         std::int64_t earliest) {
  return kafka_data_loss(
      "COULD_NOT_READ_OFFSET_RANGE",
      fmt::format("Could not read records in offset [{}, {}) for topic partition {}: the earliest "
                  "one there is {}.",
                  from, until, to_string(partition), earliest));
}

Error kafka_added_partition_late(const TopicPartition& partition, std::int64_t first) {
  return kafka_data_loss(
      "ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO",
      fmt::format("Added partition {} starts from {} instead of 0.", to_string(partition), first));
}

}  // namespace millrace
