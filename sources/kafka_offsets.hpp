#pragma once

#include "sources/source.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace millrace {

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};
/// `t-0`, as Kafka writes it.
std::string to_string(const TopicPartition& partition);
/// `Set(t-0, t-1)`, as Spark's messages write it.
std::string set_text(const std::set<TopicPartition>& partitions);

/// Those of `all` that `without` does not have.
std::set<TopicPartition> difference(const std::set<TopicPartition>& all,
                                    const std::set<TopicPartition>& without);

/// A number for each partition: offsets, or times in milliseconds.
using PartitionOffsets = std::map<TopicPartition, std::int64_t>;
std::set<TopicPartition> partitions_of(const PartitionOffsets& offsets);

/// Numbers that stand for an end of a partition where an offset is expected.
constexpr std::int64_t kLatestOffset = -1;
constexpr std::int64_t kEarliestOffset = -2;

/// `{"topicA":{"0":23,"1":-1}}`, topics and partitions sorted, as in Spark's offset log.
Offset to_offset(const PartitionOffsets& offsets);
/// Reads that form; fractions are cut. Empty when the text is something else.
std::optional<PartitionOffsets> parse_partition_offsets(std::string_view json);
/// `{"topicA":[0,1]}`. Empty when the text is something else.
std::optional<std::set<TopicPartition>> parse_partition_lists(std::string_view json);

/// End of a micro-batch of about `max` records: each partition gets its share of what waits, cut
/// down, but up to 1 where it is less than that (Spark's rule; so it can be a little more than max).
/// `begin` has every partition of `end`.
PartitionOffsets limit_rate(const PartitionOffsets& begin, const PartitionOffsets& end,
                            std::int64_t max);
/// Records that wait between the two, of partitions in both.
std::int64_t num_waiting(const PartitionOffsets& begin, const PartitionOffsets& end);
/// Spark's metrics of the source: how far `end` stays behind `latest`, over the partitions in both, as
/// texts under `minOffsetsBehindLatest`, `max...` and `avg...`. Empty when there are none.
std::map<std::string, std::string> offsets_behind(const PartitionOffsets& end,
                                                  const PartitionOffsets& latest);

}  // namespace millrace
