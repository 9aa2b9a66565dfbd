#include "sources/kafka_consumer.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <re2/re2.h>

#include <array>
#include <cstring>

namespace millrace {

namespace {

struct Default {
  const char* name;
  const char* value;
};
// Set before the user's. Small queues: what waits here is memory for each partition.
constexpr std::array<Default, 12> kDefaults{{{"enable.auto.commit", "false"},
                                             {"enable.auto.offset.store", "false"},
                                             {"auto.offset.reset", "error"},
                                             {"enable.partition.eof", "true"},
                                             {"isolation.level", "read_uncommitted"},
                                             {"socket.nagle.disable", "true"},
                                             {"queued.max.messages.kbytes", "16384"},
                                             {"fetch.wait.max.ms", "500"},
                                             {"fetch.error.backoff.ms", "100"},
                                             {"reconnect.backoff.max.ms", "1000"},
                                             {"log_level", "0"},
                                             {"client.id", "millrace"}}};

using Configuration = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;
using Metadata =
    std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)>;
using List = std::unique_ptr<rd_kafka_topic_partition_list_t,
                             decltype(&rd_kafka_topic_partition_list_destroy)>;

Error refused_setting(const KafkaSetting& setting, std::string why) {
  while (why.ends_with('\n')) why.pop_back();
  Error error =
      make_error(ErrorKind::Config, fmt::format("kafka source: {}: 'kafka.{}'", why, setting.name));
  error.origin = setting.origin;
  return error;
}

Status configure(rd_kafka_conf_t* to, const KafkaSourceOptions& options,
                 const KafkaConsumer::Warn& warn) {
  char why[512];
  for (const Default& setting : kDefaults)
    rd_kafka_conf_set(to, setting.name, setting.value, why, sizeof why);
  // A micro-batch that ends in control records waits for the broker's answer without records.
  if (!options.continuous) rd_kafka_conf_set(to, "fetch.wait.max.ms", "50", why, sizeof why);
  const std::string& servers = options.settings.servers;
  rd_kafka_conf_set(to, "bootstrap.servers", servers.c_str(), why, sizeof why);
  for (const KafkaSetting& setting : options.settings.settings) {
    const auto set =
        rd_kafka_conf_set(to, setting.name.c_str(), setting.value.c_str(), why, sizeof why);
    if (set == RD_KAFKA_CONF_INVALID) return refused_setting(setting, why);
    if (set == RD_KAFKA_CONF_UNKNOWN && warn)
      warn(fmt::format("kafka source: the client knows no setting 'kafka.{}': ignored",
                       setting.name));
  }
  return {};
}

bool is_outage(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION: return true;
    default: return false;
  }
}

Error topic_error(const std::string& topic, rd_kafka_resp_err_t code) {
  std::string text = rd_kafka_err2str(code);
  std::string fix = "check the name of the topic and the rights on it";
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    text = "This server does not host this topic-partition.";
    fix = "create the topic first, or mend its name";
  } else if (code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) {
    text = "The request attempted to perform an operation on an invalid topic.";
  }
  Error error = make_error(ErrorKind::QueryFailed, text, fix);
  if (is_outage(code)) error.kind = ErrorKind::Unavailable;
  error.notes.push_back(fmt::format("topic '{}'", topic));
  return error;
}

/// The partitions of one topic that the subscription wants.
void add_wanted(const rd_kafka_metadata_topic_t& topic, const KafkaSubscription& subscription,
                std::set<TopicPartition>& to) {
  for (int i = 0; i < topic.partition_cnt; ++i) {
    TopicPartition partition{topic.topic, topic.partitions[i].id};
    if (subscription.kind == KafkaSubscription::Kind::Assigned &&
        !subscription.assigned.contains(partition))
      continue;
    to.insert(std::move(partition));
  }
}

std::set<std::string> named_topics(const KafkaSubscription& subscription) {
  std::set<std::string> names = subscription.topics;
  for (const TopicPartition& partition : subscription.assigned) names.insert(partition.topic);
  return names;
}

}  // namespace

KafkaConsumer::KafkaConsumer(const KafkaSourceOptions& options, Warn warn)
    : options_(options), warn_(std::move(warn)) {}

Result<std::unique_ptr<KafkaConsumer>> KafkaConsumer::create(const KafkaSourceOptions& options,
                                                             Warn warn) {
  std::unique_ptr<KafkaConsumer> consumer(new KafkaConsumer(options, std::move(warn)));
  Configuration configuration(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  Status status = configure(configuration.get(), options, consumer->warn_);
  if (!status.ok()) return status.error();
  rd_kafka_conf_set_opaque(configuration.get(), consumer.get());
  rd_kafka_conf_set_error_cb(configuration.get(), &KafkaConsumer::on_error);
  char why[512];
  consumer->client_ = rd_kafka_new(RD_KAFKA_CONSUMER, configuration.get(), why, sizeof why);
  if (consumer->client_ == nullptr)
    return make_error(ErrorKind::Config, fmt::format("kafka source: {}", why),
                      "mend the kafka.* options");
  (void)configuration.release();
  return consumer;
}

KafkaConsumer::~KafkaConsumer() {
  if (client_ == nullptr) return;
  for (const auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client_);
}

void KafkaConsumer::on_error(rd_kafka_s* /*client*/, int code, const char* reason,
                             void* consumer) {
  auto* self = static_cast<KafkaConsumer*>(consumer);
  const std::lock_guard lock(self->mutex_);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    const bool was_down = std::exchange(self->brokers_are_down_, true);
    if (!was_down && self->warn_)
      self->warn_(fmt::format("kafka source: no broker answers, waiting for one: '{}': {}",
                              self->options_.settings.servers, self->last_error_));
  } else {
    self->last_error_ = reason;
  }
}

void KafkaConsumer::serve() { rd_kafka_poll(client_, 0); }

Error KafkaConsumer::client_error(int code, const std::string& what) {
  const auto error_code = static_cast<rd_kafka_resp_err_t>(code);
  if (!is_outage(code))
    return make_error(ErrorKind::QueryFailed,
                      fmt::format("kafka source: {}: {}", what, rd_kafka_err2str(error_code)));
  serve();
  const std::lock_guard lock(mutex_);
  return make_error(
      ErrorKind::Unavailable,
      fmt::format("kafka source: no broker answers: '{}': {}", options_.settings.servers,
                  last_error_.empty() ? rd_kafka_err2str(error_code) : last_error_),
      "check kafka.bootstrap.servers, the login, and that the broker runs");
}

rd_kafka_topic_s* KafkaConsumer::topic(const std::string& name) {
  const std::lock_guard lock(mutex_);
  rd_kafka_topic_s*& topic = topics_[name];
  if (topic == nullptr) topic = rd_kafka_topic_new(client_, name.c_str(), nullptr);
  return topic;
}

Result<std::set<TopicPartition>> KafkaConsumer::partitions(int timeout_ms) {
  const KafkaSubscription& subscription = options_.subscription;
  const bool by_pattern = subscription.kind == KafkaSubscription::Kind::Pattern;
  const std::set<std::string> names = named_topics(subscription);
  std::set<TopicPartition> found;
  if (names.empty() && !by_pattern) return found;
  for (const std::string& name : names) (void)topic(name);
  const rd_kafka_metadata_t* answer = nullptr;
  const rd_kafka_resp_err_t code =
      rd_kafka_metadata(client_, by_pattern ? 1 : 0, nullptr, &answer, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client_error(code, "cannot list topics");
  const Metadata metadata(answer, &rd_kafka_metadata_destroy);
  const re2::RE2 pattern(subscription.pattern, re2::RE2::Quiet);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    const bool wanted = by_pattern ? re2::RE2::PartialMatch(topic.topic, pattern) &&
                                         std::strncmp(topic.topic, "__", 2) != 0
                                   : names.contains(topic.topic);
    if (!wanted) continue;
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR && !by_pattern)
      return topic_error(topic.topic, topic.err);
    add_wanted(topic, subscription, found);
  }
  const std::lock_guard lock(mutex_);
  brokers_are_down_ = false;
  return found;
}

Result<PartitionOffsets> KafkaConsumer::offsets(const PartitionOffsets& wanted) {
  if (wanted.empty()) return wanted;
  const List list(rd_kafka_topic_partition_list_new(static_cast<int>(wanted.size())),
                  &rd_kafka_topic_partition_list_destroy);
  for (const auto& [partition, offset] : wanted)
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = offset;
  const auto code = rd_kafka_offsets_for_times(client_, list.get(), options_.settings.timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client_error(code, "cannot ask for offsets");
  PartitionOffsets found;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& answer = list->elems[i];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) return topic_error(answer.topic, answer.err);
    found[{answer.topic, answer.partition}] = answer.offset;
  }
  return found;
}

std::unique_ptr<KafkaPartition> KafkaConsumer::read(const TopicPartition& partition,
                                                    std::int64_t offset) {
  return std::make_unique<KafkaPartition>(topic(partition.topic), partition, offset, wake_, client_);
}

void KafkaConsumer::commit(const PartitionOffsets& offsets) {
  const List list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())),
                  &rd_kafka_topic_partition_list_destroy);
  for (const auto& [partition, offset] : offsets)
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = offset;
  rd_kafka_commit(client_, list.get(), 1);
}

}  // namespace millrace
