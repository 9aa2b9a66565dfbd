#include "sources/kafka_identity.hpp"

#include "sources/kafka_bounds.hpp"

#include <librdkafka/rdkafka.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <vector>

namespace millrace {

namespace {

using Clock = std::chrono::steady_clock;

/// One kept record, and the partition read from its offset on.
struct Probe {
  RecordFingerprint kept;
  std::unique_ptr<KafkaPartition> partition;
};
enum class Verdict { Open, Same, Other };

Verdict judge(Probe& probe) {
  switch (probe.partition->next()) {
    case KafkaPartition::Next::Record: {
      const RecordFingerprint found = fingerprint_of(probe.partition->front());
      const bool is_other = found.offset == probe.kept.offset && found != probe.kept;
      return is_other ? Verdict::Other : Verdict::Same;
    }
    case KafkaPartition::Next::Nothing:
      return probe.partition->has_seen_end() ? Verdict::Same : Verdict::Open;
    case KafkaPartition::Next::Lost:
    case KafkaPartition::Next::Failed: break;
  }
  return Verdict::Same;
}

void wait_for(KafkaWake& wake) {
  constexpr int kMostMs = 100;
  pollfd waited{wake.fd(), POLLIN, 0};
  ::poll(&waited, 1, kMostMs);
}

}  // namespace

Result<std::set<TopicPartition>> find_made_again(KafkaConsumer& consumer,
                                                 const KafkaFingerprints::ByPartition& kept,
                                                 int timeout_ms) {
  std::set<TopicPartition> partitions;
  for (const auto& [partition, record] : kept) partitions.insert(partition);
  const auto ends = resolve_all(consumer, partitions, kLatestOffset);
  if (!ends.ok()) return ends.error();
  std::set<TopicPartition> other;
  std::vector<Probe> open;
  for (const auto& [partition, record] : kept) {
    if (record.offset >= ends->at(partition)) other.insert(partition);
    else open.push_back({record, consumer.read(partition, record.offset)});
  }
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  while (!open.empty() && Clock::now() < deadline) {
    consumer.wake().clear();
    std::erase_if(open, [&](Probe& probe) {
      const Verdict verdict = judge(probe);
      if (verdict == Verdict::Other) other.insert(probe.partition->name());
      return verdict != Verdict::Open;
    });
    if (!open.empty()) wait_for(consumer.wake());
  }
  return other;
}

}  // namespace millrace
