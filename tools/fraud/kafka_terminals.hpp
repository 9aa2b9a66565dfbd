#pragma once

#include "records/result.hpp"
#include "tools/fraud/population.hpp"
#include "tools/fraud/tally.hpp"
#include "tools/fraud/transaction.hpp"

#include <cstdint>
#include <string>

namespace millrace::fraud {

struct KafkaLoadOptions {
  std::string servers;  // HOST:PORT, several with commas
  std::string topic = "transactions";
  double rate = 1'000;  // messages a second, Poisson arrivals
  double seconds = 10;
  std::uint64_t seed = 1;
};

struct KafkaMessage {
  /// The card, so that its transactions stay in order in one partition.
  std::string key;
  /// The JSON object that terminals send over TCP, without the newline.
  std::string value;
};
KafkaMessage kafka_message(std::int64_t id, const Transaction& transaction);

struct KafkaLoadReport {
  std::int64_t sent = 0;
  std::int64_t delivered = 0;  // the brokers have them
  Quantiles lateness;          // sent after the time that was meant
};

/// Sends the traffic of a population to a topic, then waits until the brokers have it. Error: what
/// the client library or the brokers refused first.
Result<KafkaLoadReport> send_to_kafka(const Population& population,
                                      const KafkaLoadOptions& options);

}  // namespace millrace::fraud
