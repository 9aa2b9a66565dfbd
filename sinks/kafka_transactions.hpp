#pragma once

#include "records/event.hpp"
#include "sinks/kafka_producer.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace millrace {

/// Writes whole epochs to Kafka, each in one transaction and once. A transaction also commits a marker
/// (the epoch's number, as an offset of the group named like the transactional id), so that an
/// outcome that nobody heard can be read back: after a crash, a fence or a transaction that expired.
/// Not thread-safe. Every call waits for the brokers, as long as it takes unless `stopping`.
class KafkaTransactions {
 public:
  KafkaTransactions(KafkaSettings settings, std::string transactional_id,
                    const std::atomic<bool>& stopping, KafkaProducer::Warn warn);
  ~KafkaTransactions();

  /// Fences whoever used the id before; what they left open is aborted.
  Status start();
  /// Writes the encoded records of an epoch; nothing when they are there already. `may_be_there`: an
  /// earlier process may have written them. Errors: records that the brokers refuse, damaged bytes.
  Status write(Epoch epoch, std::string_view rows, bool may_be_there);

 private:
  /// Restart: nobody knows what became of it, or the producer is of no use any more.
  enum class Attempt { Committed, Again, Restart };
  Status fence();
  Status restart();
  Result<Attempt> attempt(Epoch epoch, std::string_view rows);
  Status produce(std::string_view rows);
  Result<Attempt> finish(Epoch epoch, const std::string& marker_topic);
  Result<Attempt> judge(void* error, const std::string& doing);
  void abort();
  /// Next epoch to write by the marker at this topic; negative when there is none.
  Result<std::int64_t> read_marker(const std::string& topic);
  bool waits(int ms);

  const KafkaSettings settings_;
  const std::string id_;
  const std::atomic<bool>& stopping_;
  const KafkaProducer::Warn warn_;
  std::unique_ptr<KafkaProducer> producer_;
  std::string refusal_;  // why the brokers did not take a record of this attempt
};

}  // namespace millrace
