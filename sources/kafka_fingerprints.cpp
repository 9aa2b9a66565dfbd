#include "sources/kafka_fingerprints.hpp"

#include "records/key_encoding.hpp"
#include "sources/state_file.hpp"

#include <librdkafka/rdkafka.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace millrace {

namespace {

constexpr std::string_view kHeader = "v1\n";

std::uint64_t hash_of(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return 1;
  return KeyEncoder::hash_of({static_cast<const char*>(bytes), size});
}

/// Offsets on one line, hashes on the next.
std::string text_of(const KafkaFingerprints::ByPartition& records) {
  PartitionOffsets offsets;
  PartitionOffsets hashes;
  for (const auto& [partition, record] : records) {
    offsets[partition] = record.offset;
    hashes[partition] = record.hash;
  }
  return std::string(kHeader) + to_offset(offsets).json + "\n" + to_offset(hashes).json + "\n";
}

std::optional<KafkaFingerprints::ByPartition> parse(std::string_view text) {
  if (!text.starts_with(kHeader)) return std::nullopt;
  text.remove_prefix(kHeader.size());
  const std::size_t line = text.find('\n');
  if (line == text.npos) return std::nullopt;
  const auto offsets = parse_partition_offsets(text.substr(0, line));
  const auto hashes = parse_partition_offsets(text.substr(line + 1));
  if (!offsets || !hashes || partitions_of(*offsets) != partitions_of(*hashes)) return std::nullopt;
  KafkaFingerprints::ByPartition records;
  for (const auto& [partition, offset] : *offsets)
    records[partition] = {offset, hashes->at(partition)};
  return records;
}

}  // namespace

RecordFingerprint fingerprint_of(const rd_kafka_message_s& message) {
  std::uint64_t hash = hash_of(message.payload, message.len);
  hash = hash * 31 + hash_of(message.key, message.key_len);
  hash = hash * 31 + static_cast<std::uint64_t>(rd_kafka_message_timestamp(&message, nullptr));
  return {message.offset, static_cast<std::int64_t>(hash)};
}

KafkaFingerprints::KafkaFingerprints(std::string path, std::function<void(std::string)> warn)
    : path_(std::move(path)), warn_(std::move(warn)) {}

KafkaFingerprints::ByPartition KafkaFingerprints::load() {
  const auto text = read_state_file(path_);
  if (!text.ok() || !*text) return {};
  const std::lock_guard lock(mutex_);
  noted_ = parse(**text).value_or(ByPartition());
  return noted_;
}

void KafkaFingerprints::forget(const std::set<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) noted_.erase(partition);
  has_news_ = true;
}

void KafkaFingerprints::note(const TopicPartition& partition, RecordFingerprint record) {
  const std::lock_guard lock(mutex_);
  noted_[partition] = record;
  has_news_ = true;
}

void KafkaFingerprints::save() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(has_news_, false)) return;
    text = text_of(noted_);
  }
  round_.fetch_add(1, std::memory_order_relaxed);
  const std::string temporary = path_ + ".tmp";
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), failed);
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return warn_once("cannot write");
  std::filesystem::rename(temporary, path_, failed);
  if (failed) warn_once(failed.message());
}

void KafkaFingerprints::warn_once(const std::string& why) {
  if (std::exchange(has_warned_, true) || !warn_) return;
  warn_("kafka source: a topic that is made again may not be noticed: '" + path_ + "': " + why);
}

}  // namespace millrace
