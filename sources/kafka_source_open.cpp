#include "sources/kafka_source.hpp"

#include "sources/kafka_bounds.hpp"
#include "sources/kafka_identity.hpp"
#include "sources/offset_json.hpp"
#include "sources/state_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace millrace {

namespace {

constexpr std::string_view kStateHeader("\0v1\n", 4);

}  // namespace

Status KafkaSource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  schema_ = std::make_shared<const Schema>(kafka_source_schema(options_->include_headers));
  auto consumer = KafkaConsumer::create(*options_, context.warn);
  if (!consumer.ok()) return consumer.error();
  consumer_ = std::move(*consumer);
  auto found = find_partitions();
  if (!found.ok()) return found.error();
  known_ = std::move(*found);
  if (start) {
    fixed_ = parse_partition_offsets(start->json);
    if (!fixed_) return offset_error("kafka", *start);
  }
  auto begin = fixed_ ? Result<PartitionOffsets>(*fixed_) : first_offsets();
  if (!begin.ok()) return begin.error();
  if (Status same = begin_anew_where_made_again(*begin); !same.ok()) return same;
  Status started = start_at(std::move(*begin));
  if (!started.ok()) return started;
  if (!options_->streaming) return limit_bounded();
  discovery_ = std::make_unique<KafkaDiscovery>(*consumer_, *options_, known_, fingerprints_.get());
  return {};
}

/// A topic that was just made may need a moment; a broker that is away fails at once.
Result<std::set<TopicPartition>> KafkaSource::find_partitions() {
  for (std::int64_t attempt = 1;; ++attempt) {
    auto found = consumer_->partitions(options_->settings.timeout_ms);
    if (found.ok() || attempt >= options_->num_retries) return found;
    if (found.error().kind == ErrorKind::Unavailable) return found;
    std::this_thread::sleep_for(std::chrono::milliseconds(options_->retry_interval_ms));
  }
}

/// Where a new query starts; kept so that a rerun of its first epoch reads the same.
Result<PartitionOffsets> KafkaSource::first_offsets() {
  const std::string path = context_->state_directory + "/0";
  if (!context_->state_directory.empty()) {
    const auto kept = read_state_file(path);
    if (!kept.ok()) return kept.error();
    if (*kept) {
      auto offsets = (*kept)->starts_with(kStateHeader)
                         ? parse_partition_offsets(
                               std::string_view(**kept).substr(kStateHeader.size()))
                         : std::nullopt;
      if (offsets) return std::move(*offsets);
      return make_error(ErrorKind::BadData, "kafka source: damaged start offsets: '" + path + "'");
    }
  }
  auto first = resolve_start(*consumer_, *options_, known_);
  if (!first.ok() || context_->state_directory.empty()) return first;
  Status written = write_state_file(path, std::string(kStateHeader) + to_offset(*first).json);
  if (!written.ok()) return written.error();
  return first;
}

Status KafkaSource::begin_anew_where_made_again(PartitionOffsets& begin) {
  if (!options_->streaming || context_->state_directory.empty()) return {};
  fingerprints_ = std::make_unique<KafkaFingerprints>(context_->state_directory + "/records",
                                                      context_->warn);
  KafkaFingerprints::ByPartition kept = fingerprints_->load();
  std::erase_if(kept, [&](const auto& record) {
    return !known_.contains(record.first) || !begin.contains(record.first);
  });
  const auto other = find_made_again(*consumer_, kept, options_->settings.timeout_ms);
  if (!other.ok()) return other.error();
  if (other->empty()) return {};
  if (Status told = report_loss(kafka_partitions_made_again(*other)); !told.ok()) return told;
  const auto first = resolve_all(*consumer_, *other, kEarliestOffset);
  if (!first.ok()) return first.error();
  for (const auto& [partition, offset] : *first) begin[partition] = offset;
  if (fixed_) fixed_ = begin;
  fingerprints_->forget(*other);
  return {};
}

/// Partitions that are no more are found out when the first epoch is planned.
Status KafkaSource::start_at(PartitionOffsets begin) {
  for (const auto& [partition, offset] : begin)
    if (known_.contains(partition) || !options_->continuous) read_from(partition, offset);
  if (!options_->continuous) return {};
  const auto gone = difference(partitions_of(begin), known_);
  if (!gone.empty())
    if (Status told = report_loss(kafka_partitions_deleted(gone)); !told.ok()) return told;
  return fixed_ ? read_new_partitions() : Status();
}

Status KafkaSource::limit_bounded() {
  const auto end = resolve_end(*consumer_, *options_, known_);
  if (!end.ok()) return end.error();
  const auto latest = resolve_all(*consumer_, known_, kLatestOffset);
  if (!latest.ok()) return latest.error();
  for (auto& [partition, reader] : readers_) {
    reader.limit = end->at(partition);
    const std::int64_t begin = reader.partition->position();
    if (begin > reader.limit) {
      Error error = make_error(
          ErrorKind::QueryFailed,
          fmt::format("The specified start offset {} is greater than the end offset {} for topic "
                      "{} partition {}.",
                      begin, reader.limit, partition.topic, partition.partition));
      error.error_class = "UNRESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET";
      return error;
    }
    const std::int64_t last = latest->at(partition);
    if (reader.limit <= last) continue;
    Status told = report_loss(kafka_offset_changed(partition, reader.limit, last));
    if (!told.ok()) return told;
    reader.limit = std::max(begin, last);
  }
  return {};
}

}  // namespace millrace
