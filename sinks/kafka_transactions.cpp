#include "sinks/kafka_transactions.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <thread>

namespace millrace {

namespace {

constexpr int kCallMs = 5'000;
constexpr int kServeMs = 10;
constexpr int kPauseMs = 100;
constexpr int kMaxAttempts = 20;

using KafkaError = std::unique_ptr<rd_kafka_error_t, decltype(&rd_kafka_error_destroy)>;
using List = std::unique_ptr<rd_kafka_topic_partition_list_t,
                             decltype(&rd_kafka_topic_partition_list_destroy)>;
using Group = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                              decltype(&rd_kafka_consumer_group_metadata_destroy)>;
using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

KafkaError own(rd_kafka_error_t* error) { return {error, &rd_kafka_error_destroy}; }

List marker_list(const std::string& topic, std::int64_t offset) {
  List list(rd_kafka_topic_partition_list_new(1), &rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), 0)->offset = offset;
  return list;
}

/// An epoch's marker stands at the topic of its first record. Empty when the bytes are damaged.
std::string first_topic(std::string_view rows) {
  KafkaRecord record;
  return decode_kafka_record(rows, record) ? std::string(record.topic) : std::string();
}

/// A consumer of the group, only to ask for its offset.
Client marker_reader(const KafkaSettings& settings, const std::string& group) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  char why[512];
  rd_kafka_conf_set(configuration, "log_level", "0", why, sizeof why);
  rd_kafka_conf_set(configuration, "bootstrap.servers", settings.servers.c_str(), why, sizeof why);
  for (const KafkaSetting& setting : settings.settings)
    rd_kafka_conf_set(configuration, setting.name.c_str(), setting.value.c_str(), why, sizeof why);
  rd_kafka_conf_set(configuration, "group.id", group.c_str(), why, sizeof why);
  rd_kafka_conf_set(configuration, "isolation.level", "read_committed", why, sizeof why);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, why, sizeof why);
  if (client == nullptr) rd_kafka_conf_destroy(configuration);
  return {client, &rd_kafka_destroy};
}

Status stopped() {
  return make_error(ErrorKind::Unavailable, "kafka sink: stopped before an epoch was written");
}

Error damaged_rows(Epoch epoch) {
  return make_error(ErrorKind::BadData,
                    fmt::format("kafka sink: damaged rows of an epoch: '{}'", number(epoch)));
}

}  // namespace

KafkaTransactions::KafkaTransactions(KafkaSettings settings, std::string transactional_id,
                                     const std::atomic<bool>& stopping, KafkaProducer::Warn warn)
    : settings_(std::move(settings)),
      id_(std::move(transactional_id)),
      stopping_(stopping),
      warn_(std::move(warn)) {}

KafkaTransactions::~KafkaTransactions() = default;

bool KafkaTransactions::waits(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  return !stopping_;
}

Status KafkaTransactions::start() {
  producer_.reset();
  auto producer = KafkaProducer::create(
      {settings_, id_},
      [this](const KafkaProducer::Delivery& delivery) {
        if (refusal_.empty() && delivery.is_refused) refusal_ = delivery.failure;
      },
      warn_);
  if (!producer.ok()) return producer.error();
  producer_ = std::move(*producer);
  if (Status fenced = fence(); !fenced.ok()) return fenced;
  // The first group of a cluster takes a while to be found, and the client would wait for it in the
  // midst of a transaction without end.
  const auto found = read_marker(id_);
  return found.ok() ? Status() : found.error();
}

Status KafkaTransactions::fence() {
  for (bool told = false;; told = true) {
    const KafkaError error = own(rd_kafka_init_transactions(producer_->client(), kCallMs));
    if (!error) return {};
    const std::string text = fmt::format("kafka sink: cannot start transactions: '{}': {}", id_,
                                         rd_kafka_error_string(error.get()));
    if (!rd_kafka_error_is_retriable(error.get()))
      return make_error(ErrorKind::QueryFailed, text, "check the rights on the transactional id");
    if (!told && warn_) warn_(text + "; trying again");
    if (!waits(kPauseMs)) return stopped();
  }
}

/// In the midst of a job brokers that are away are waited for.
Status KafkaTransactions::restart() {
  for (;;) {
    Status started = start();
    if (started.ok() || started.error().kind != ErrorKind::Unavailable) return started;
    if (!waits(kPauseMs)) return stopped();
  }
}

Status KafkaTransactions::write(Epoch epoch, std::string_view rows, bool may_be_there) {
  const std::string topic = first_topic(rows);
  if (topic.empty()) return damaged_rows(epoch);
  for (int attempts = 0; !stopping_; ++attempts) {
    if (may_be_there) {
      const auto next = read_marker(topic);
      if (!next.ok()) return next.error();
      if (*next > number(epoch)) return {};
    }
    auto outcome = attempt(epoch, rows);
    if (outcome.ok() && *outcome == Attempt::Committed) return {};
    if (!outcome.ok()) return outcome.error();
    if (attempts == kMaxAttempts)
      return make_error(ErrorKind::Unavailable,
                        fmt::format("kafka sink: an epoch cannot be committed: '{}'", number(epoch)));
    may_be_there = *outcome == Attempt::Restart;
    if (may_be_there)
      if (Status started = restart(); !started.ok()) return started;
  }
  return stopped();
}

Result<KafkaTransactions::Attempt> KafkaTransactions::attempt(Epoch epoch, std::string_view rows) {
  refusal_.clear();
  if (const KafkaError error = own(rd_kafka_begin_transaction(producer_->client())))
    return judge(error.get(), "begin a transaction");
  if (Status produced = produce(rows); !produced.ok()) {
    abort();
    return produced.error();
  }
  return finish(epoch, first_topic(rows));
}

Status KafkaTransactions::produce(std::string_view rows) {
  KafkaRecord record;
  while (!rows.empty()) {
    if (!decode_kafka_record(rows, record))
      return make_error(ErrorKind::BadData, "kafka sink: damaged rows of an epoch");
    for (;;) {
      const auto sent = producer_->send(record, nullptr);
      if (!sent.ok()) return sent.error();
      if (*sent == KafkaProducer::Sent::Accepted) break;
      producer_->serve(kServeMs);
      if (stopping_) return stopped();
    }
  }
  return {};
}

/// Marker and records become visible together. The end of a transaction is asked for once: an answer
/// that is late may else end a later one, so that the marker has to tell.
Result<KafkaTransactions::Attempt> KafkaTransactions::finish(Epoch epoch,
                                                             const std::string& marker_topic) {
  const List marker = marker_list(marker_topic, number(epoch) + 1);
  const Group group(rd_kafka_consumer_group_metadata_new(id_.c_str()),
                    &rd_kafka_consumer_group_metadata_destroy);
  for (;;) {
    const KafkaError error = own(rd_kafka_send_offsets_to_transaction(
        producer_->client(), marker.get(), group.get(), kCallMs));
    if (!error) break;
    if (rd_kafka_error_is_retriable(error.get()) && waits(kServeMs)) continue;
    return judge(error.get(), "mark an epoch");
  }
  const KafkaError error = own(rd_kafka_commit_transaction(producer_->client(), kCallMs));
  if (!error) return Attempt::Committed;
  if (!rd_kafka_error_is_retriable(error.get())) return judge(error.get(), "commit a transaction");
  return Attempt::Restart;
}

/// A refused record is final; an aborted transaction is written again; a fenced or lost producer is
/// made anew, and then the marker says what became of the transaction.
Result<KafkaTransactions::Attempt> KafkaTransactions::judge(void* error, const std::string& doing) {
  const auto* what = static_cast<rd_kafka_error_t*>(error);
  const std::string text =
      fmt::format("kafka sink: cannot {}: {}", doing, rd_kafka_error_string(what));
  const bool is_fatal = rd_kafka_error_is_fatal(what) != 0;
  if (!is_fatal) abort();
  if (!refusal_.empty()) return make_error(ErrorKind::QueryFailed, refusal_);
  if (warn_) warn_(text + "; writing the epoch again");
  return is_fatal || !rd_kafka_error_txn_requires_abort(what) ? Attempt::Restart : Attempt::Again;
}

void KafkaTransactions::abort() {
  const KafkaError error = own(rd_kafka_abort_transaction(producer_->client(), kCallMs));
  if (error && warn_)
    warn_(fmt::format("kafka sink: cannot abort a transaction: {}",
                      rd_kafka_error_string(error.get())));
}

Result<std::int64_t> KafkaTransactions::read_marker(const std::string& topic) {
  const Client reader = marker_reader(settings_, id_);
  if (!reader) return make_error(ErrorKind::Config, "kafka sink: no client to read markers with");
  for (;;) {
    const List marker = marker_list(topic, 0);
    const auto code = rd_kafka_committed(reader.get(), marker.get(), kCallMs);
    const auto of_topic = marker->elems[0].err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && of_topic == RD_KAFKA_RESP_ERR_NO_ERROR)
      return marker->elems[0].offset;
    if (!waits(kPauseMs)) return stopped().error();
  }
}

}  // namespace millrace
