#pragma once

#include "sources/kafka_consumer.hpp"
#include "sources/kafka_fingerprints.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace millrace {

/// Looks for new and vanished partitions on a thread of its own, because asking the brokers takes
/// time, and saves fingerprints now and then. Signals the consumer's wake when something changed.
/// `take` is safe from any thread.
class KafkaDiscovery {
 public:
  KafkaDiscovery(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                 std::set<TopicPartition> known, KafkaFingerprints* fingerprints);
  ~KafkaDiscovery();

  /// What changed since the last call: the partitions that are there now, or why the source cannot go
  /// on (a topic that is gone). An outage is no change.
  std::optional<Result<std::set<TopicPartition>>> take();

 private:
  void run();
  /// True when the source should look.
  bool look();
  bool wait();
  void save_when_due();

  // Fixed after construction.
  KafkaConsumer& consumer_;
  const KafkaSourceOptions& options_;
  KafkaFingerprints* const fingerprints_;  // null: none

  // Touched by the thread only.
  std::set<TopicPartition> known_;
  std::int64_t num_failures_ = 0;
  bool was_away_ = false;
  std::chrono::steady_clock::time_point next_save_{};

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  std::optional<Result<std::set<TopicPartition>>> news_;

  std::thread thread_;  // last: it uses the rest
};

}  // namespace millrace
