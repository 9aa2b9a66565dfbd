#pragma once

#include "sources/kafka_consumer.hpp"
#include "sources/kafka_discovery.hpp"
#include "sources/kafka_source_options.hpp"
#include "sources/lagging_source.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace millrace {

/// Reads the partitions of Kafka topics from explicit offsets, which are Spark's JSON:
/// `{"topic":{"0":23}}`. Nothing is left to a consumer group: the checkpoint is the truth, brokers
/// hear of offsets only for tools that show lag. New partitions are read from their first record.
/// Records that are gone before they were read end the query, or are told of and left out
/// (`failOnDataLoss: false`), and so does a topic that was made again between two runs. Brokers that
/// are away are waited for, except at the start.
class KafkaSource final : public LaggingSource {
 public:
  explicit KafkaSource(std::shared_ptr<const KafkaSourceOptions> options);
  ~KafkaSource() override;

  /// Asks the brokers which partitions there are. Error: nobody answers, no such topic.
  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  /// Waits for the brokers' answer.
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;
  Status freeze_end() override;
  void acknowledge(const Offset& offset) override;
  /// The ends of the partitions and how far the epoch stayed behind them.
  SourceLag lag() const override;
  int ready_fd() const override;

 private:
  struct Reader {
    std::unique_ptr<KafkaPartition> partition;
    std::int64_t limit = 0;         // exclusive
    std::int64_t noted_round = -1;  // of the fingerprints
    bool is_limited() const { return partition->position() >= limit; }
  };

  // Opening.
  Result<std::set<TopicPartition>> find_partitions();
  Result<PartitionOffsets> first_offsets();
  /// Partitions of another topic than the one that was read begin anew, or end the query.
  Status begin_anew_where_made_again(PartitionOffsets& begin);
  Status start_at(PartitionOffsets begin);
  Status limit_bounded();

  /// What the discovery found since the last time; the error is final.
  Status hear_of_changes();
  Status read_new_partitions();
  /// First offsets of `partitions` that are not read yet.
  Result<PartitionOffsets> begins_of(const std::set<TopicPartition>& partitions);
  PartitionOffsets positions() const;
  /// Ends of all partitions now; empty when no broker answers.
  Result<std::optional<PartitionOffsets>> ask_ends();
  bool should_delay(const PartitionOffsets& begin, const PartitionOffsets& end);
  void clear_stale_signals();

  Status drop_missing(const PartitionOffsets& ends);
  Status add_missing(const PartitionOffsets& ends);
  Status check_ends(const PartitionOffsets& ends);
  void read_from(const TopicPartition& name, std::int64_t offset);

  Result<std::size_t> read_rows(Reader& reader, std::size_t room);
  void note(Reader& reader, const rd_kafka_message_s& message);
  Status recover(Reader& reader);
  /// Fails or tells the user, as failOnDataLoss says.
  Status report_loss(const Error& loss);
  void emit(SourceOutput& out, std::size_t rows);
  PollStatus idle_status();

  // Fixed after open.
  const std::shared_ptr<const KafkaSourceOptions> options_;
  SourceContext* context_ = nullptr;
  SchemaPtr schema_;

  std::unique_ptr<KafkaConsumer> consumer_;
  std::unique_ptr<KafkaFingerprints> fingerprints_;  // none without a checkpoint
  std::map<TopicPartition, Reader> readers_;
  std::vector<Reader*> order_;  // the same, to take turns
  std::size_t turn_ = 0;
  RecordBatch batch_;
  std::set<TopicPartition> known_;         // partitions that are there
  std::optional<PartitionOffsets> fixed_;  // micro-batch: the last limit that was reached
  std::optional<PartitionOffsets> limit_;
  std::optional<PartitionOffsets> planned_;  // the last answer of latest_offset
  std::optional<PartitionOffsets> latest_;   // the ends it was made from
  std::optional<PartitionOffsets> frozen_;
  std::int64_t last_trigger_micros_ = 0;
  std::unique_ptr<KafkaDiscovery> discovery_;  // last: its thread uses the consumer
};

}  // namespace millrace
