#include "sources/kafka_source.hpp"

#include "sources/kafka_bounds.hpp"
#include "sources/kafka_rows.hpp"
#include "sources/offset_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace millrace {

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

}  // namespace

KafkaSource::KafkaSource(std::shared_ptr<const KafkaSourceOptions> options)
    : options_(std::move(options)) {}

KafkaSource::~KafkaSource() {
  discovery_.reset();
  if (fingerprints_) fingerprints_->save();
  order_.clear();
  readers_.clear();
}

int KafkaSource::ready_fd() const { return consumer_->wake().fd(); }

void KafkaSource::read_from(const TopicPartition& name, std::int64_t offset) {
  Reader& reader = readers_[name];
  reader.partition.reset();  // the client reads a partition once
  reader.partition = consumer_->read(name, offset);
  reader.limit = options_->continuous ? kNoLimit : offset;
  order_.clear();
  for (auto& [partition, known] : readers_) order_.push_back(&known);
}

Status KafkaSource::report_loss(const Error& loss) {
  if (options_->fail_on_data_loss) return loss;
  const std::string& text = loss.message;
  const std::size_t reason = text.find("Reason: ");
  if (context_->warn)
    context_->warn("kafka source: some data may be lost: " +
                   (reason == std::string::npos ? text : text.substr(reason + 8)));
  return {};
}

Status KafkaSource::hear_of_changes() {
  if (!discovery_) return {};
  auto news = discovery_->take();
  if (!news) return {};
  if (!news->ok()) return news->error();
  known_ = std::move(**news);
  return options_->continuous ? read_new_partitions() : Status();
}

/// Continuous mode: gone ones are dropped, new ones are read from their first record.
Status KafkaSource::read_new_partitions() {
  const auto read = partitions_of(positions());
  const auto gone = difference(read, known_);
  if (!gone.empty()) {
    if (Status told = report_loss(kafka_partitions_deleted(gone)); !told.ok()) return told;
    order_.clear();
    for (const TopicPartition& partition : gone) readers_.erase(partition);
    for (auto& [partition, reader] : readers_) order_.push_back(&reader);
  }
  const auto begins = begins_of(difference(known_, read));
  if (!begins.ok()) return begins.error();
  for (const auto& [partition, offset] : *begins) read_from(partition, offset);
  return {};
}

Result<PartitionOffsets> KafkaSource::begins_of(const std::set<TopicPartition>& partitions) {
  auto begins = resolve_all(*consumer_, partitions, kEarliestOffset);
  if (!begins.ok()) return begins;
  for (const auto& [partition, offset] : *begins)
    if (offset != 0)
      if (Status told = report_loss(kafka_added_partition_late(partition, offset)); !told.ok())
        return told.error();
  return begins;
}

PartitionOffsets KafkaSource::positions() const {
  PartitionOffsets positions;
  for (const auto& [partition, reader] : readers_)
    positions[partition] = reader.partition->position();
  return positions;
}

std::optional<Offset> KafkaSource::offset() const {
  if (options_->continuous) return to_offset(positions());
  return fixed_ ? std::optional(to_offset(*fixed_)) : std::nullopt;
}

Result<std::optional<PartitionOffsets>> KafkaSource::ask_ends() {
  if (frozen_) return frozen_;
  auto ends = resolve_all(*consumer_, known_, kLatestOffset);
  if (!ends.ok() && ends.error().kind != ErrorKind::Unavailable) {
    // Partitions may have come or gone since the discovery looked.
    auto found = find_partitions();
    if (!found.ok() && found.error().kind != ErrorKind::Unavailable) return found.error();
    if (found.ok()) {
      known_ = std::move(*found);
      ends = resolve_all(*consumer_, known_, kLatestOffset);
    }
  }
  if (ends.ok()) return std::optional(std::move(*ends));
  if (ends.error().kind != ErrorKind::Unavailable) return ends.error();
  return std::optional<PartitionOffsets>();
}

Result<std::optional<Offset>> KafkaSource::latest_offset() {
  consumer_->wake().clear();
  if (Status heard = hear_of_changes(); !heard.ok()) return heard.error();
  auto ends = ask_ends();
  if (!ends.ok()) return ends.error();
  if (!*ends) return offset();
  PartitionOffsets begin = positions();
  const auto new_begins = begins_of(difference(partitions_of(**ends), partitions_of(begin)));
  if (!new_begins.ok()) return new_begins.error();
  for (const auto& [partition, offset] : *new_begins) read_from(partition, offset);
  begin.insert(new_begins->begin(), new_begins->end());
  if (should_delay(begin, **ends)) return offset();
  latest_ = **ends;
  if (options_->max_offsets) **ends = limit_rate(begin, **ends, *options_->max_offsets);
  planned_ = **ends;
  if (planned_ == fixed_) clear_stale_signals();
  return std::optional(to_offset(**ends));
}

bool KafkaSource::should_delay(const PartitionOffsets& begin, const PartitionOffsets& end) {
  if (!options_->min_offsets || frozen_) return false;
  const std::int64_t now = context_->now_micros();
  const bool has_waited = now - last_trigger_micros_ >= options_->max_delay_micros;
  if (!has_waited && num_waiting(begin, end) < *options_->min_offsets) return true;
  last_trigger_micros_ = now;
  return false;
}

/// The client tells of records only when its queue was empty, and the end of a partition is an entry
/// in it. What came after the ends were asked for signals again.
void KafkaSource::clear_stale_signals() {
  for (Reader* reader : order_)
    if (reader->partition->next() != KafkaPartition::Next::Nothing) consumer_->wake().signal();
}

Status KafkaSource::limit_to(const Offset& end) {
  auto ends = parse_partition_offsets(end.json);
  if (!ends) return offset_error("kafka", end);
  Status status = drop_missing(*ends);
  if (status.ok()) status = add_missing(*ends);
  if (status.ok()) status = check_ends(*ends);
  if (!status.ok()) return status;
  for (auto& [partition, reader] : readers_) reader.limit = ends->at(partition);
  limit_ = std::move(*ends);
  return {};
}

Status KafkaSource::drop_missing(const PartitionOffsets& ends) {
  const auto gone = difference(partitions_of(positions()), partitions_of(ends));
  if (gone.empty()) return {};
  if (Status told = report_loss(kafka_partitions_deleted(gone)); !told.ok()) return told;
  order_.clear();
  for (const TopicPartition& partition : gone) readers_.erase(partition);
  for (auto& [partition, reader] : readers_) order_.push_back(&reader);
  return {};
}

Status KafkaSource::add_missing(const PartitionOffsets& ends) {
  const auto begins = begins_of(difference(partitions_of(ends), partitions_of(positions())));
  if (!begins.ok()) return begins.error();
  for (const auto& [partition, offset] : *begins) read_from(partition, offset);
  return {};
}

/// Ends below what was read, or ends of an earlier process beyond what is there: the topic is not the
/// one it was.
Status KafkaSource::check_ends(const PartitionOffsets& ends) {
  PartitionOffsets reachable = ends;
  if (planned_ != ends) {
    auto latest = resolve_all(*consumer_, partitions_of(ends), kLatestOffset);
    if (!latest.ok()) return latest.error();
    for (auto& [partition, end] : reachable) end = std::min(end, latest->at(partition));
  }
  for (const auto& [partition, end] : ends) {
    const std::int64_t position = readers_.at(partition).partition->position();
    const std::int64_t reached = reachable.at(partition);
    if (reached == end && end >= position) continue;
    const std::int64_t expected = std::max(end, position);
    Status told = report_loss(kafka_offset_changed(partition, expected, reached));
    if (!told.ok()) return told;
    read_from(partition, end);
  }
  return {};
}

Status KafkaSource::freeze_end() {
  auto ends = ask_ends();
  if (!ends.ok()) return ends.error();
  if (!*ends)
    return make_error(ErrorKind::Unavailable, "kafka source: no broker answers",
                      "check that the broker runs");
  frozen_ = std::move(*ends);
  return {};
}

Result<PollStatus> KafkaSource::poll(std::size_t max_records, SourceOutput& out) {
  consumer_->wake().clear();
  if (options_->continuous)
    if (Status heard = hear_of_changes(); !heard.ok()) return heard.error();
  std::size_t rows = 0;
  Status failed;
  for (std::size_t k = 0; k < order_.size() && rows < max_records && failed.ok(); ++k) {
    Reader& reader = *order_[(turn_ + k) % order_.size()];
    const auto read = read_rows(reader, max_records - rows);
    if (read.ok()) rows += *read;
    else failed = read.error();
  }
  if (rows > 0) emit(out, rows);
  if (!failed.ok()) return failed.error();
  if (!order_.empty()) turn_ = (turn_ + 1) % order_.size();
  return rows > 0 ? PollStatus::Emitted : idle_status();
}

PollStatus KafkaSource::idle_status() {
  const bool is_done = std::all_of(order_.begin(), order_.end(),
                                   [](const Reader* reader) { return reader->is_limited(); });
  if (!is_done || options_->continuous) return PollStatus::Idle;
  if (!options_->streaming) return PollStatus::EndOfInput;
  if (limit_) fixed_ = std::exchange(limit_, std::nullopt);
  return PollStatus::AtLimit;
}

Result<std::size_t> KafkaSource::read_rows(Reader& reader, std::size_t room) {
  std::size_t rows = 0;
  while (rows < room && !reader.is_limited()) {
    switch (reader.partition->next()) {
      case KafkaPartition::Next::Nothing: return rows;
      case KafkaPartition::Next::Failed:
        return make_error(ErrorKind::QueryFailed,
                          fmt::format("kafka source: cannot read '{}': {}",
                                      to_string(reader.partition->name()),
                                      reader.partition->failure()));
      case KafkaPartition::Next::Lost:
        if (Status recovered = recover(reader); !recovered.ok()) return recovered.error();
        continue;
      case KafkaPartition::Next::Record: break;
    }
    const rd_kafka_message_s& message = reader.partition->front();
    if (KafkaPartition::offset_of(message) >= reader.limit) {
      reader.partition->skip_to(reader.limit);
      break;
    }
    note(reader, message);
    if (!batch_) batch_ = context_->pool.make_batch(schema_);
    context_->counters.bytes_in.add(static_cast<std::int64_t>(
        append_kafka_row(batch_, message, options_->include_headers)));
    reader.partition->pop();
    ++rows;
  }
  return rows;
}

void KafkaSource::note(Reader& reader, const rd_kafka_message_s& message) {
  if (!fingerprints_ || reader.noted_round == fingerprints_->round()) return;
  reader.noted_round = fingerprints_->round();
  fingerprints_->note(reader.partition->name(), fingerprint_of(message));
}

/// The broker has no record at this offset: it was aged out, or the topic was made again.
Status KafkaSource::recover(Reader& reader) {
  const TopicPartition name = reader.partition->name();
  const std::int64_t position = reader.partition->position();
  const std::int64_t limit = reader.limit;
  const auto first = consumer_->offsets({{name, kEarliestOffset}});
  if (!first.ok()) return first.error();
  const auto last = consumer_->offsets({{name, kLatestOffset}});
  if (!last.ok()) return last.error();
  const std::int64_t earliest = first->at(name);
  const std::int64_t latest = last->at(name);
  const Error loss = position > latest
                         ? kafka_offset_changed(name, position, latest)
                         : kafka_records_gone(name, position,
                                              limit == kNoLimit ? latest : limit, earliest);
  if (Status told = report_loss(loss); !told.ok()) return told;
  read_from(name, options_->continuous ? earliest : std::min(std::max(earliest, position), limit));
  readers_.at(name).limit = limit;
  return {};
}

void KafkaSource::emit(SourceOutput& out, std::size_t rows) {
  batch_.set_num_physical_rows(static_cast<std::uint32_t>(rows));
  batch_.set_ingest_ns(context_->steady_ns());
  out.emit(std::move(batch_));
  batch_ = RecordBatch();
}

SourceLag KafkaSource::lag() const {
  SourceLag lag;
  if (!latest_ || !fixed_) return lag;
  lag.latest_offset = to_offset(*latest_).json;
  lag.metrics = offsets_behind(*fixed_, *latest_);
  return lag;
}

void KafkaSource::acknowledge(const Offset& offset) {
  if (!options_->commit_offsets) return;
  if (const auto offsets = parse_partition_offsets(offset.json)) consumer_->commit(*offsets);
}

}  // namespace millrace
