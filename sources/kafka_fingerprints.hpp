#pragma once

#include "sources/kafka_offsets.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

struct rd_kafka_message_s;

namespace millrace {

/// One record that was read: where it stood, and a hash of its key, value and time.
struct RecordFingerprint {
  std::int64_t offset = 0;
  std::int64_t hash = 0;
  bool operator==(const RecordFingerprint&) const = default;
};
RecordFingerprint fingerprint_of(const rd_kafka_message_s& message);

/// Keeps the fingerprint of a late record of each partition in a file, so that a topic that was
/// deleted and made again while the job was down is known from the one that was read, even when it
/// has grown past the old offset: librdkafka 2.0 tells neither topic ids nor leader epochs. `note`
/// is for the source's thread, `save` for any one other.
class KafkaFingerprints {
 public:
  using ByPartition = std::map<TopicPartition, RecordFingerprint>;
  KafkaFingerprints(std::string path, std::function<void(std::string)> warn);

  /// What an earlier process kept, and what is noted from now on adds to. Nothing where the file is
  /// missing or damaged: it only helps to notice something.
  ByPartition load();
  void forget(const std::set<TopicPartition>& partitions);

  /// Counts the times that `save` wrote: one record of a partition for each is enough.
  std::int64_t round() const { return round_.load(std::memory_order_relaxed); }
  void note(const TopicPartition& partition, RecordFingerprint record);
  /// Writes what was noted since the last time, without waiting for the disk. Warns once when it
  /// cannot.
  void save();

 private:
  void warn_once(const std::string& why);

  // Fixed after construction.
  const std::string path_;
  const std::function<void(std::string)> warn_;

  std::atomic<std::int64_t> round_{0};
  bool has_warned_ = false;
  std::mutex mutex_;  // guards what follows
  ByPartition noted_;
  bool has_news_ = false;
};

}  // namespace millrace
