#pragma once

#include "sinks/kafka_producer.hpp"
#include "sinks/kafka_record.hpp"
#include "sinks/sink_type.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace millrace {

struct KafkaSinkOptions {
  KafkaSettings settings;
  std::string topic;  // empty: the column says it
  KafkaColumns columns;
};

/// Writes records to Kafka topics at once, at least once: an epoch is prepared when the brokers have
/// acknowledged all its records; one that they refuse fails it. Brokers that are away are waited for.
class KafkaSink final : public Sink {
 public:
  explicit KafkaSink(std::shared_ptr<const KafkaSinkOptions> options);
  ~KafkaSink() override;

  Status open(SinkContext& context) override;
  Result<WriteStatus> write(const RecordBatch& batch) override;
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;

 private:
  /// Records of one epoch on their way. The sink itself counts one until it prepares.
  struct Tally {
    std::atomic<std::int64_t> outstanding{1};
    std::function<void(Result<CommitToken>)> done;
  };
  void on_delivered(void* tally, const std::string& failure);
  void settle(Tally& tally);
  void run();

  // Fixed after open.
  const std::shared_ptr<const KafkaSinkOptions> options_;
  SinkContext* context_ = nullptr;
  std::unique_ptr<KafkaProducer> producer_;

  // Touched by the writing thread only.
  KafkaRecord record_;
  std::uint32_t num_taken_ = 0;  // rows of the refused batch that the client has
  Tally* tally_ = nullptr;       // of the open epoch

  std::atomic<bool> is_full_{false};  // a batch was refused: wake when records were delivered
  std::atomic<bool> has_failed_{false};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards what follows: deliveries come on the serving thread
  std::deque<std::unique_ptr<Tally>> tallies_;
  std::string failure_;
  std::thread server_;  // last: it uses the rest
};

/// The kind `kafka`.
SinkType kafka_sink_type();

}  // namespace millrace
