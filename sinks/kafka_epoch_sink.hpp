#pragma once

#include "sinks/kafka_sink.hpp"
#include "sinks/kafka_transactions.hpp"

#include <condition_variable>
#include <map>

namespace millrace {

/// Writes records to Kafka topics exactly once: the rows of an epoch are kept with its commit record
/// and written in one transaction when it commits. A reader with `isolation.level: read_committed`
/// sees each epoch as a whole, once, also after a crash of the job or of brokers. Without a checkpoint
/// a job that is started again starts anew.
class KafkaEpochSink final : public Sink {
 public:
  explicit KafkaEpochSink(std::shared_ptr<const KafkaSinkOptions> options);
  ~KafkaEpochSink() override;

  Status open(SinkContext& context) override;
  Status recover(const std::vector<RecoveredOutput>& left) override;
  Result<WriteStatus> write(const RecordBatch& batch) override;
  /// The token is the transactional id, so that a later process can fence it.
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;
  void rollback() override;

 private:
  struct Task {
    Epoch epoch{};
    std::string rows;
    std::function<void(Status)> done;
  };
  Status write_left(KafkaTransactions& transactions, const RecoveredOutput& left);
  void run();
  std::optional<Task> next_task();

  // Fixed after open.
  const std::shared_ptr<const KafkaSinkOptions> options_;
  SinkContext* context_ = nullptr;
  std::string id_;
  std::unique_ptr<KafkaTransactions> transactions_;  // the writer's after open and recover

  // Touched by the job's thread only.
  KafkaRecord record_;
  std::string rows_;                      // of the open epoch
  std::map<Epoch, std::string> prepared_;  // not committed yet

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::thread writer_;  // last: it uses the rest
};

}  // namespace millrace
