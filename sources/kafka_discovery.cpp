#include "sources/kafka_discovery.hpp"

#include <algorithm>
#include <chrono>

namespace millrace {

namespace {
constexpr int kMaxTimeoutMs = 1000;  // so that the source stops soon while brokers are away
constexpr auto kSaveInterval = std::chrono::seconds(10);
}

KafkaDiscovery::KafkaDiscovery(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                               std::set<TopicPartition> known, KafkaFingerprints* fingerprints)
    : consumer_(consumer),
      options_(options),
      fingerprints_(fingerprints),
      known_(std::move(known)),
      thread_([this] { run(); }) {}

KafkaDiscovery::~KafkaDiscovery() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::optional<Result<std::set<TopicPartition>>> KafkaDiscovery::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, std::nullopt);
}

void KafkaDiscovery::run() {
  while (wait()) {
    // A trigger that waits for more records has a last moment, which no record announces.
    if (look() || options_.min_offsets) consumer_.wake().signal();
    save_when_due();
  }
}

void KafkaDiscovery::save_when_due() {
  const auto now = std::chrono::steady_clock::now();
  if (fingerprints_ == nullptr || now < next_save_) return;
  fingerprints_->save();
  next_save_ = now + kSaveInterval;
}

bool KafkaDiscovery::wait() {
  std::unique_lock lock(mutex_);
  const std::chrono::milliseconds interval(options_.discovery_interval_ms);
  return !changed_.wait_for(lock, interval, [this] { return stopping_; });
}

bool KafkaDiscovery::look() {
  consumer_.serve();
  auto found = consumer_.partitions(std::min(options_.settings.timeout_ms, kMaxTimeoutMs));
  if (!found.ok() && found.error().kind == ErrorKind::Unavailable) {
    was_away_ = true;
    return false;
  }
  const bool is_back = std::exchange(was_away_, false);
  if (found.ok()) {
    num_failures_ = 0;
    if (*found == known_) return is_back;
    known_ = *found;
  } else if (++num_failures_ < std::max<std::int64_t>(options_.num_retries, 1)) {
    return is_back;
  }
  const std::lock_guard lock(mutex_);
  news_ = std::move(found);
  return true;
}

}  // namespace millrace
