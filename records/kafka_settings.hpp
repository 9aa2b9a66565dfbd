#pragma once

#include "records/options.hpp"
#include "records/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class KafkaSide { Source, Sink };

/// What `kafka.*` options ask of the client library: a name in its words and a value.
struct KafkaSetting {
  std::string name;
  std::string value;
  Origin origin;
};

struct KafkaSettings {
  /// `kafka.bootstrap.servers`: HOST:PORT, several with commas.
  std::string servers;
  /// In the order they were written, without the servers.
  std::vector<KafkaSetting> settings;
  /// How long open and planning wait for the brokers: `kafka.default.api.timeout.ms`.
  int timeout_ms = 10'000;

  /// Null when the user did not set it.
  const KafkaSetting* find(std::string_view name) const;
};

/// Reads all `kafka.*` options, names without case. Names of Kafka's Java client are put into the
/// client library's; those that only steer Java code are left out. Errors are Spark's: servers not
/// set, a name that the source or sink sets itself, servers that are no HOST:PORT.
Result<KafkaSettings> read_kafka_settings(const Options& options, KafkaSide side);

/// Declarations of the `kafka.*` options that users need most, passwords marked secret, and `kafka.*`.
std::vector<OptionDeclaration> kafka_setting_options();

}  // namespace millrace
