#include "records/kafka_settings.hpp"

#include "records/option_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace millrace {

namespace {

constexpr std::string_view kPrefix = "kafka.";

struct Renamed {
  std::string_view java;
  std::string_view native;
};
constexpr std::array<Renamed, 6> kRenamed{{{"fetch.max.wait.ms", "fetch.wait.max.ms"},
                                           {"max.request.size", "message.max.bytes"},
                                           {"sasl.mechanism", "sasl.mechanisms"},
                                           {"ssl.truststore.certificates", "ssl.ca.pem"},
                                           {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
                                           {"ssl.keystore.key", "ssl.key.pem"}}};
// They steer code that only the Java client has.
constexpr std::array<std::string_view, 8> kJavaOnly{
    "max.poll.records",      "key.serializer",        "value.serializer",    "max.block.ms",
    "buffer.memory",         "metric.reporters",      "client.dns.lookup",   "send.buffer.bytes"};
constexpr std::array<std::string_view, 3> kJavaStores{
    "ssl.truststore.location", "ssl.keystore.location", "ssl.truststore.password"};

Error forbidden(const Options& options, const std::string& name, std::string message) {
  return option_error(options, name, std::move(message), "remove it");
}

std::string not_supported(std::string_view name, std::string_view why) {
  return fmt::format("Kafka option '{}' is not supported{}", name, why);
}

/// What the source or the sink decides itself, in Spark's words; empty when the name is free.
std::string refusal(std::string_view name, KafkaSide side) {
  if (side == KafkaSide::Sink) {
    if (name == "key.serializer")
      return not_supported(name, " as keys are serialized with ByteArraySerializer.");
    if (name == "value.serializer")
      return not_supported(name, " as value are serialized with ByteArraySerializer.");
    return {};
  }
  if (name == "auto.offset.reset")
    return not_supported(
        name,
        ".\nInstead set the source option 'startingoffsets' to 'earliest' or 'latest'\n"
        "to specify where to start. Structured Streaming manages which offsets are consumed\n"
        "internally, rather than relying on the kafkaConsumer to do it. This will ensure that no\n"
        "data is missed when new topics/partitions are dynamically subscribed. Note that\n"
        "'startingoffsets' only applies when a new Streaming query is started, and\n"
        "that resuming will always pick up from where the query left off. See the docs for more\n"
        "details.");
  for (const std::string_view what : {"key", "value"})
    if (name == fmt::format("{}.deserializer", what))
      return not_supported(name,
                           fmt::format(" as {}s are deserialized as byte arrays with "
                                       "ByteArrayDeserializer. Use DataFrame operations to "
                                       "explicitly deserialize the {}s.",
                                       what, what));
  if (name == "enable.auto.commit") return not_supported(name, "");
  if (name == "interceptor.classes")
    return not_supported(name,
                         " as the Kafka consumer is used internally and interceptors may "
                         "break the query.");
  return {};
}

bool is_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = parse_whole_number(text.substr(colon + 1));
  return port && *port > 0 && *port < 65536;
}

Status check_servers(const Options& options, std::string_view servers) {
  for (std::size_t begin = 0; begin <= servers.size();) {
    const std::size_t end = std::min(servers.find(',', begin), servers.size());
    const std::string part = lower_trimmed(servers.substr(begin, end - begin));
    begin = end + 1;
    const std::size_t scheme = part.find("://");
    const std::string address = scheme == std::string::npos ? part : part.substr(scheme + 3);
    if (!is_address(address))
      return option_error(options, "kafka.bootstrap.servers",
                          fmt::format("Invalid url in bootstrap.servers: {}", part),
                          "write HOST:PORT, several with commas between");
  }
  return {};
}

/// `username="u" password="p"` out of a Java login line.
std::optional<std::string> jaas_value(std::string_view line, std::string_view name) {
  const std::size_t key = line.find(fmt::format("{}=\"", name));
  if (key == std::string_view::npos) return std::nullopt;
  const std::size_t begin = key + name.size() + 2;
  const std::size_t end = line.find('"', begin);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(begin, end - begin));
}

Status add_login(KafkaSettings& to, const OptionText& line) {
  const auto user = jaas_value(line.value, "username");
  const auto password = jaas_value(line.value, "password");
  if (!user || !password) {
    Error error = make_error(ErrorKind::Config,
                             "kafka: no username=\"...\" and password=\"...\" in sasl.jaas.config",
                             "set kafka.sasl.username and kafka.sasl.password instead");
    error.origin = line.origin;
    return error;
  }
  to.settings.push_back({"sasl.username", *user, line.origin});
  to.settings.push_back({"sasl.password", *password, line.origin});
  return {};
}

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

Status add_setting(KafkaSettings& to, const Options& options, const std::string& full_name,
                   const OptionText& text, KafkaSide side) {
  std::string name = lower_trimmed(full_name.substr(kPrefix.size()));
  if (std::string why = refusal(name, side); !why.empty())
    return forbidden(options, full_name, std::move(why));
  if (name == "bootstrap.servers" || contains(kJavaOnly, name)) return {};
  if (name == "sasl.jaas.config") return add_login(to, text);
  if (contains(kJavaStores, name))
    return forbidden(options, full_name,
                     fmt::format("kafka: Java key stores cannot be read: '{}': set "
                                 "kafka.ssl.ca.location to a PEM file",
                                 name));
  if (name == "default.api.timeout.ms") {
    const auto timeout = parse_whole_number(text.value);
    if (!timeout || *timeout <= 0 || *timeout > std::numeric_limits<int>::max())
      return option_error(options, full_name, fmt::format("For input string: \"{}\"", text.value));
    to.timeout_ms = static_cast<int>(*timeout);
    return {};
  }
  for (const Renamed& renamed : kRenamed)
    if (name == renamed.java) name = renamed.native;
  to.settings.push_back({std::move(name), text.value, text.origin});
  return {};
}

OptionDeclaration declare_secret(std::string name, std::string summary) {
  OptionDeclaration option = declare(std::move(name), OptionType::Text, "", std::move(summary));
  option.secret = true;
  return option;
}

}  // namespace

const KafkaSetting* KafkaSettings::find(std::string_view name) const {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const KafkaSetting& setting) { return setting.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

Result<KafkaSettings> read_kafka_settings(const Options& options, KafkaSide side) {
  KafkaSettings read;
  read.servers = text_option(options, "kafka.bootstrap.servers", "");
  if (read.servers.empty()) {
    Error error = make_error(
        ErrorKind::Config,
        side == KafkaSide::Source
            ? "Option 'kafka.bootstrap.servers' must be specified for configuring Kafka consumer"
            : "Kafka option bootstrap.servers is not set. Please make sure it is set and retry.",
        "set kafka.bootstrap.servers, for example `kafka.bootstrap.servers: localhost:9092`");
    if (side == KafkaSide::Sink) {
      error.error_class = "MISSING_KAFKA_OPTION";
      error.sql_state = "42KDF";
    }
    return error;
  }
  for (const auto& [name, text] : options.entries()) {
    if (!lower_trimmed(name).starts_with(kPrefix)) continue;
    if (Status added = add_setting(read, options, name, text, side); !added.ok())
      return added.error();
  }
  if (Status servers = check_servers(options, read.servers); !servers.ok()) return servers.error();
  return read;
}

std::vector<OptionDeclaration> kafka_setting_options() {
  return {declare("kafka.bootstrap.servers", OptionType::Text, "",
                  "Brokers to ask first: HOST:PORT, several with commas. Must be set."),
          declare("kafka.security.protocol", OptionType::Text, "plaintext",
                  "plaintext, ssl, sasl_plaintext or sasl_ssl."),
          declare("kafka.sasl.mechanism", OptionType::Text, "",
                  "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, GSSAPI or OAUTHBEARER."),
          declare("kafka.sasl.username", OptionType::Text, "", "User to log in as."),
          declare_secret("kafka.sasl.password", "Password of that user."),
          declare_secret("kafka.sasl.jaas.config", "Login line of Java clients, instead of both."),
          declare("kafka.ssl.ca.location", OptionType::Text, "",
                  "PEM file of the authorities that sign the brokers' certificates."),
          declare("kafka.ssl.certificate.location", OptionType::Text, "",
                  "PEM file of the client's certificate."),
          declare("kafka.ssl.key.location", OptionType::Text, "", "PEM file of its private key."),
          declare_secret("kafka.ssl.key.password", "Password of the private key."),
          declare_secret("kafka.ssl.key.pem", "The private key itself, as PEM text."),
          declare_secret("kafka.ssl.keystore.key", "The same, by the Java client's name."),
          declare("kafka.*", OptionType::Text, "",
                  "Any other setting of the Kafka client; those of Java code alone are ignored.")};
}

}  // namespace millrace
