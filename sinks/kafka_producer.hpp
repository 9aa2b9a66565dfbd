#pragma once

#include "records/kafka_settings.hpp"
#include "sinks/kafka_record.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

struct rd_kafka_s;
struct rd_kafka_message_s;

namespace millrace {

/// An idempotent producer. `send` from one thread at a time; `serve` from one other.
class KafkaProducer {
 public:
  struct Options {
    KafkaSettings settings;
    /// Empty: records are visible at once; else by transactions.
    std::string transactional_id;
  };
  /// How a record fared. Called inside `serve`.
  struct Delivery {
    void* tag;            // as given to `send`
    std::string failure;  // empty: the brokers have it
    bool is_refused;      // by the brokers, so that they would refuse it again
  };
  using Delivered = std::function<void(const Delivery&)>;
  using Warn = std::function<void(std::string)>;

  /// Fails when the client refuses a setting or no broker answers.
  static Result<std::unique_ptr<KafkaProducer>> create(Options options, Delivered delivered,
                                                       Warn warn);
  ~KafkaProducer();

  enum class Sent { Accepted, Full };
  /// Copies the record. Full: nothing was taken. Errors: the record is too large, no such topic name.
  Result<Sent> send(const KafkaRecord& record, void* tag);
  /// Waits at most so long for deliveries and tells of them.
  void serve(int timeout_ms);
  /// Drops what no broker has taken yet.
  void purge();

  rd_kafka_s* client() const { return client_; }

 private:
  KafkaProducer(Options options, Delivered delivered, Warn warn);
  static void on_delivery(rd_kafka_s* client, const rd_kafka_message_s* message, void* producer);
  static void on_error(rd_kafka_s* client, int code, const char* reason, void* producer);
  Status start();
  Status reach_a_broker();
  Error too_large(const KafkaRecord& record) const;

  const Options options_;
  const Delivered delivered_;
  const Warn warn_;
  rd_kafka_s* client_ = nullptr;
  std::mutex mutex_;  // guards `last_error_`: the client's threads write it
  std::string last_error_;
};

}  // namespace millrace
