#include "sources/kafka_offsets.hpp"

#include "records/number_text.hpp"
#include "records/option_value.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace millrace {

namespace {

using Json = nlohmann::json;

std::optional<std::int32_t> partition_number(const Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  const auto number = json.get<std::int64_t>();
  if (number < 0 || number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return static_cast<std::int32_t>(number);
}

std::optional<std::int32_t> partition_number(std::string_view text) {
  const auto number = parse_whole_number(text);
  if (!number) return std::nullopt;
  return partition_number(Json(*number));
}

std::optional<std::int64_t> whole_number(const Json& json) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_number_float()) return std::nullopt;
  const double value = json.get<double>();
  if (!(std::fabs(value) < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

}  // namespace

std::string to_string(const TopicPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

std::string set_text(const std::set<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& partition : partitions)
    text += (text.empty() ? "" : ", ") + to_string(partition);
  return "Set(" + text + ")";
}

std::set<TopicPartition> difference(const std::set<TopicPartition>& all,
                                    const std::set<TopicPartition>& without) {
  std::set<TopicPartition> left;
  std::set_difference(all.begin(), all.end(), without.begin(), without.end(),
                      std::inserter(left, left.end()));
  return left;
}

std::set<TopicPartition> partitions_of(const PartitionOffsets& offsets) {
  std::set<TopicPartition> partitions;
  for (const auto& [partition, offset] : offsets) partitions.insert(partition);
  return partitions;
}

Offset to_offset(const PartitionOffsets& offsets) {
  std::string json = "{";
  const std::string* topic = nullptr;
  for (const auto& [partition, offset] : offsets) {
    if (topic == nullptr || *topic != partition.topic) {
      json += topic == nullptr ? "" : "},";
      json += Json(partition.topic).dump(-1, ' ', false, Json::error_handler_t::replace) + ":{";
    } else {
      json += ',';
    }
    json += fmt::format("\"{}\":{}", partition.partition, offset);
    topic = &partition.topic;
  }
  return {json + (topic == nullptr ? "}" : "}}")};
}

std::optional<PartitionOffsets> parse_partition_offsets(std::string_view text) {
  const Json json = parse(text);
  if (!json.is_object()) return std::nullopt;
  PartitionOffsets offsets;
  for (const auto& [topic, partitions] : json.items()) {
    if (!partitions.is_object()) return std::nullopt;
    for (const auto& [name, value] : partitions.items()) {
      const auto partition = partition_number(std::string_view(name));
      const auto offset = whole_number(value);
      if (!partition || !offset) return std::nullopt;
      offsets[{topic, *partition}] = *offset;
    }
  }
  return offsets;
}

std::optional<std::set<TopicPartition>> parse_partition_lists(std::string_view text) {
  const Json json = parse(text);
  if (!json.is_object()) return std::nullopt;
  std::set<TopicPartition> listed;
  for (const auto& [topic, partitions] : json.items()) {
    if (!partitions.is_array()) return std::nullopt;
    for (const Json& value : partitions) {
      const auto partition = partition_number(value);
      if (!partition) return std::nullopt;
      listed.insert({topic, *partition});
    }
  }
  return listed;
}

std::int64_t num_waiting(const PartitionOffsets& begin, const PartitionOffsets& end) {
  std::int64_t waiting = 0;
  for (const auto& [partition, offset] : end) {
    const auto from = begin.find(partition);
    if (from != begin.end()) waiting += std::max<std::int64_t>(0, offset - from->second);
  }
  return waiting;
}

PartitionOffsets limit_rate(const PartitionOffsets& begin, const PartitionOffsets& end,
                            std::int64_t max) {
  const auto total = static_cast<double>(num_waiting(begin, end));
  PartitionOffsets limited = end;
  for (auto& [partition, offset] : limited) {
    const auto from = begin.find(partition);
    if (from == begin.end() || offset <= from->second) continue;
    const double waiting = static_cast<double>(offset - from->second);
    const double share = static_cast<double>(max) * (waiting / total);
    const double rows = share < 1 ? std::ceil(share) : std::floor(share);
    if (rows < waiting) offset = from->second + static_cast<std::int64_t>(rows);
  }
  return limited;
}

std::map<std::string, std::string> offsets_behind(const PartitionOffsets& end,
                                                  const PartitionOffsets& latest) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  double sum = 0;
  int count = 0;
  for (const auto& [partition, offset] : latest) {
    const auto reached = end.find(partition);
    if (reached == end.end()) continue;
    const std::int64_t behind = offset - reached->second;
    least = std::min(least, behind);
    most = std::max(most, behind);
    sum += static_cast<double>(behind);
    ++count;
  }
  if (count == 0) return {};
  std::string average;
  append_double(average, sum / count);
  return {{"minOffsetsBehindLatest", std::to_string(least)},
          {"maxOffsetsBehindLatest", std::to_string(most)},
          {"avgOffsetsBehindLatest", average}};
}

}  // namespace millrace
