#pragma once

#include "sources/kafka_source_options.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct rd_kafka_s;
struct rd_kafka_message_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_s;

namespace millrace {

/// A descriptor that is readable when a partition got records. `signal` is safe from any thread;
/// the rest is for the thread of the source.
class KafkaWake {
 public:
  KafkaWake();
  ~KafkaWake();
  KafkaWake(const KafkaWake&) = delete;
  KafkaWake& operator=(const KafkaWake&) = delete;

  void signal();
  /// To be called before looking at the partitions: what comes later signals again.
  void clear();
  int fd() const { return fd_; }

 private:
  int fd_;
  std::atomic<bool> signalled_{false};  // spares a system call where one is under way already
};

/// One partition that is being read, from an explicit offset on. Not thread-safe: only the source's
/// thread may call it.
class KafkaPartition {
 public:
  KafkaPartition(rd_kafka_topic_s* topic, TopicPartition name, std::int64_t offset, KafkaWake& wake,
                 rd_kafka_s* client);
  ~KafkaPartition();
  KafkaPartition(const KafkaPartition&) = delete;
  KafkaPartition& operator=(const KafkaPartition&) = delete;

  const TopicPartition& name() const { return name_; }
  /// Next to read.
  std::int64_t position() const { return position_; }

  /// Lost: the records at `position()` are gone. Failed: see `failure`. Both stay.
  enum class Next { Record, Nothing, Lost, Failed };
  /// What comes next. Never waits.
  Next next();
  /// Requires: `next` said Record.
  const rd_kafka_message_s& front() const { return *held_[first_]; }
  static std::int64_t offset_of(const rd_kafka_message_s& message);
  void pop();
  /// The records before `offset` are none that count. Requires: `front` is not before it.
  void skip_to(std::int64_t offset) { position_ = offset; }
  /// The client has said where the partition ends as of then; what comes next lies behind it.
  bool has_seen_end() const { return has_seen_end_; }
  /// Of the last Failed.
  const std::string& failure() const { return failure_; }

 private:
  static void on_records(rd_kafka_s* client, void* partition);
  bool refill();
  void drop_front();
  /// The client's word about the front that is no record.
  void take_word(const rd_kafka_message_s& word);

  // Fixed after construction.
  rd_kafka_topic_s* topic_;
  rd_kafka_queue_s* queue_;
  const TopicPartition name_;
  KafkaWake& wake_;

  std::int64_t position_;
  std::vector<rd_kafka_message_s*> held_;  // taken from the queue; those before `first_` are dropped
  std::size_t first_ = 0;
  bool has_seen_end_ = false;
  Next stuck_ = Next::Nothing;  // Lost or Failed once it came to that
  std::string failure_;
  std::atomic<bool> ready_{true};  // the queue may have something; set by the client's threads
};

/// One connection of a source to the brokers. `partitions`, `offsets` and `serve` are safe from any
/// thread and wait for an answer; the rest is for the source's thread.
class KafkaConsumer {
 public:
  using Warn = std::function<void(std::string)>;
  /// Fails when the client refuses a setting.
  static Result<std::unique_ptr<KafkaConsumer>> create(const KafkaSourceOptions& options, Warn warn);
  ~KafkaConsumer();

  /// All partitions that the subscription names and that are there. ErrorKind::Unavailable: nobody
  /// answered; anything else is final (a topic that is missing or forbidden).
  Result<std::set<TopicPartition>> partitions(int timeout_ms);
  /// Asks for an offset of each partition: by `kLatestOffset`, `kEarliestOffset` or a time in
  /// milliseconds (then `kLatestOffset` where no record is that new).
  Result<PartitionOffsets> offsets(const PartitionOffsets& wanted);
  /// Hands the client's own events on; now and then.
  void serve();

  std::unique_ptr<KafkaPartition> read(const TopicPartition& partition, std::int64_t offset);
  /// Tells the group's coordinator, without waiting.
  void commit(const PartitionOffsets& offsets);
  KafkaWake& wake() { return wake_; }

 private:
  KafkaConsumer(const KafkaSourceOptions& options, Warn warn);
  static void on_error(rd_kafka_s* client, int code, const char* reason, void* consumer);
  Error client_error(int code, const std::string& what);
  rd_kafka_topic_s* topic(const std::string& name);

  // Fixed after create.
  const KafkaSourceOptions& options_;
  Warn warn_;
  KafkaWake wake_;
  rd_kafka_s* client_ = nullptr;

  std::mutex mutex_;  // guards what follows: the client's threads and the discovery use it
  std::map<std::string, rd_kafka_topic_s*> topics_;
  std::string last_error_;
  bool brokers_are_down_ = false;
};

}  // namespace millrace
