#include "sinks/kafka_producer.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>

namespace millrace {

namespace {

struct Default {
  const char* name;
  const char* value;
};
// Set before the user's. A record never expires: an outage is waited for, not answered with loss.
constexpr std::array<Default, 10> kDefaults{{{"enable.idempotence", "true"},
                                             {"linger.ms", "0"},
                                             {"socket.nagle.disable", "true"},
                                             {"message.timeout.ms", "0"},
                                             {"partitioner", "murmur2_random"},
                                             {"reconnect.backoff.max.ms", "1000"},
                                             {"topic.metadata.propagation.max.ms", "10000"},
                                             {"retry.backoff.ms", "10"},
                                             {"log_level", "0"},
                                             {"client.id", "millrace"}}};

using Configuration = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

Status set(rd_kafka_conf_t* to, const KafkaSetting& setting, const KafkaProducer::Warn& warn) {
  char why[512];
  const auto outcome =
      rd_kafka_conf_set(to, setting.name.c_str(), setting.value.c_str(), why, sizeof why);
  if (outcome == RD_KAFKA_CONF_UNKNOWN && warn)
    warn(fmt::format("kafka sink: the client knows no setting 'kafka.{}': ignored", setting.name));
  if (outcome != RD_KAFKA_CONF_INVALID) return {};
  std::string text = why;
  while (text.ends_with('\n')) text.pop_back();
  Error error =
      make_error(ErrorKind::Config, fmt::format("kafka sink: {}: 'kafka.{}'", text, setting.name));
  error.origin = setting.origin;
  return error;
}

/// Failures of the connection or the transaction that a record was part of.
bool says_nothing_of_record(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__STATE:
    case RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED: return true;
    default: return false;
  }
}

/// Null: the header or the record has no such bytes. An empty value is not a missing one.
const char* pointer(const std::optional<std::string_view>& bytes) {
  if (!bytes) return nullptr;
  return bytes->data() == nullptr ? "" : bytes->data();
}
std::size_t size(const std::optional<std::string_view>& bytes) { return bytes ? bytes->size() : 0; }

rd_kafka_headers_t* make_headers(const KafkaRecord& record) {
  if (!record.has_headers) return nullptr;
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const KafkaRecord::Header& header : record.headers)
    rd_kafka_header_add(headers, header.key.data(), static_cast<ssize_t>(header.key.size()),
                        pointer(header.value), static_cast<ssize_t>(size(header.value)));
  return headers;
}

}  // namespace

KafkaProducer::KafkaProducer(Options options, Delivered delivered, Warn warn)
    : options_(std::move(options)), delivered_(std::move(delivered)), warn_(std::move(warn)) {}

KafkaProducer::~KafkaProducer() {
  if (client_ == nullptr) return;
  purge();
  rd_kafka_destroy(client_);
}

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::create(Options options, Delivered delivered,
                                                             Warn warn) {
  std::unique_ptr<KafkaProducer> producer(
      new KafkaProducer(std::move(options), std::move(delivered), std::move(warn)));
  Status status = producer->start();
  if (status.ok()) status = producer->reach_a_broker();
  if (!status.ok()) return status.error();
  return producer;
}

Status KafkaProducer::start() {
  Configuration configuration(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  for (const Default& setting : kDefaults)
    (void)set(configuration.get(), {setting.name, setting.value, {}}, {}).ok();
  (void)set(configuration.get(), {"bootstrap.servers", options_.settings.servers, {}}, {}).ok();
  for (const KafkaSetting& setting : options_.settings.settings)
    if (Status done = set(configuration.get(), setting, warn_); !done.ok()) return done;
  if (!options_.transactional_id.empty())
    if (Status done =
            set(configuration.get(), {"transactional.id", options_.transactional_id, {}}, {});
        !done.ok())
      return done;
  rd_kafka_conf_set_opaque(configuration.get(), this);
  rd_kafka_conf_set_error_cb(configuration.get(), &KafkaProducer::on_error);
  rd_kafka_conf_set_dr_msg_cb(configuration.get(), &KafkaProducer::on_delivery);
  char why[512];
  client_ = rd_kafka_new(RD_KAFKA_PRODUCER, configuration.get(), why, sizeof why);
  if (client_ == nullptr)
    return make_error(ErrorKind::Config, fmt::format("kafka sink: {}", why),
                      "mend the kafka.* options");
  (void)configuration.release();
  return {};
}

Status KafkaProducer::reach_a_broker() {
  const rd_kafka_metadata_t* answer = nullptr;
  const auto code =
      rd_kafka_metadata(client_, 0, nullptr, &answer, options_.settings.timeout_ms);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(answer);
    return {};
  }
  serve(0);
  const std::lock_guard lock(mutex_);
  return make_error(ErrorKind::Unavailable,
                    fmt::format("kafka sink: no broker answers: '{}': {}",
                                options_.settings.servers,
                                last_error_.empty() ? rd_kafka_err2str(code) : last_error_),
                    "check kafka.bootstrap.servers, the login, and that the broker runs");
}

void KafkaProducer::on_error(rd_kafka_s* /*client*/, int code, const char* reason,
                             void* producer) {
  auto* self = static_cast<KafkaProducer*>(producer);
  const std::lock_guard lock(self->mutex_);
  if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    self->last_error_ = reason;
  } else if (self->warn_) {
    self->warn_(fmt::format("kafka sink: no broker answers, waiting for one: '{}': {}",
                            self->options_.settings.servers, self->last_error_));
  }
}

void KafkaProducer::on_delivery(rd_kafka_s* /*client*/, const rd_kafka_message_s* message,
                                void* producer) {
  auto* self = static_cast<KafkaProducer*>(producer);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return self->delivered_({message->_private, {}, false});
  const std::string topic = rd_kafka_topic_name(message->rkt);
  const bool is_bad_topic = message->err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
  self->delivered_(
      {message->_private,
       is_bad_topic
           ? fmt::format("Invalid topics: [{}]", topic)
           : fmt::format("kafka sink: a record was not written to topic '{}' partition {}: {}",
                         topic, message->partition, rd_kafka_err2str(message->err)),
       !says_nothing_of_record(message->err)});
}

void KafkaProducer::serve(int timeout_ms) { rd_kafka_poll(client_, timeout_ms); }

void KafkaProducer::purge() { rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT); }

Error KafkaProducer::too_large(const KafkaRecord& record) const {
  const KafkaSetting* limit = options_.settings.find("message.max.bytes");
  return make_error(ErrorKind::QueryFailed,
                    fmt::format("The message is {} bytes when serialized which is larger than {}, "
                                "which is the value of the max.request.size configuration.",
                                size(record.key) + size(record.value),
                                limit == nullptr ? "1000000" : limit->value),
                    "raise kafka.max.request.size, and message.max.bytes of the brokers");
}

Result<KafkaProducer::Sent> KafkaProducer::send(const KafkaRecord& record, void* tag) {
  if (record.topic.empty())
    return make_error(ErrorKind::QueryFailed, "Invalid topics: []", "name a topic in every row");
  rd_kafka_headers_t* headers = make_headers(record);
  // The client wants its topic to end in a zero byte.
  thread_local std::string topic;
  topic.assign(record.topic);
  rd_kafka_vu_t fields[] = {
      {RD_KAFKA_VTYPE_TOPIC, {}},     {RD_KAFKA_VTYPE_PARTITION, {}}, {RD_KAFKA_VTYPE_MSGFLAGS, {}},
      {RD_KAFKA_VTYPE_KEY, {}},       {RD_KAFKA_VTYPE_VALUE, {}},     {RD_KAFKA_VTYPE_OPAQUE, {}},
      {RD_KAFKA_VTYPE_HEADERS, {}}};
  fields[0].u.cstr = topic.c_str();
  fields[1].u.i32 = record.partition < 0 ? RD_KAFKA_PARTITION_UA : record.partition;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY;
  fields[3].u.mem = {const_cast<char*>(pointer(record.key)), size(record.key)};
  fields[4].u.mem = {const_cast<char*>(pointer(record.value)), size(record.value)};
  fields[5].u.ptr = tag;
  fields[6].u.headers = headers;
  rd_kafka_error_t* refused = rd_kafka_produceva(client_, fields, headers == nullptr ? 6 : 7);
  if (refused == nullptr) return Sent::Accepted;
  const rd_kafka_resp_err_t code = rd_kafka_error_code(refused);
  const std::string why = rd_kafka_error_string(refused);
  rd_kafka_error_destroy(refused);
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Sent::Full;
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return too_large(record);
  if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    return make_error(ErrorKind::QueryFailed,
                      fmt::format("kafka sink: topic '{}' has no partition {}", record.topic,
                                  record.partition),
                      "mend the column `partition`, or add partitions to the topic");
  return make_error(ErrorKind::QueryFailed,
                    fmt::format("kafka sink: cannot write to topic '{}': {}", record.topic, why));
}

}  // namespace millrace
