#pragma once

#include "sources/kafka_consumer.hpp"
#include "sources/kafka_fingerprints.hpp"

#include <set>

namespace millrace {

/// Partitions in which another record stands where a kept one was, or none any more: their topic was
/// deleted and made again. Records that were aged out or compacted away say nothing. Waits for the
/// brokers, at most `timeout_ms`. Requires: none of these partitions is being read.
Result<std::set<TopicPartition>> find_made_again(KafkaConsumer& consumer,
                                                 const KafkaFingerprints::ByPartition& kept,
                                                 int timeout_ms);

}  // namespace millrace
