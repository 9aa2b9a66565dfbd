#include "tools/fraud/kafka_terminals.hpp"

#include "tools/fraud/traffic.hpp"
#include "tools/fraud/transaction_json.hpp"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <thread>
#include <utility>

namespace millrace::fraud {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFlushMs = 30'000;
constexpr int kQueueFullMs = 10;

/// A producer, and what it heard of its messages.
class Producer {
 public:
  explicit Producer(const KafkaLoadOptions& options) : topic_(options.topic) {
    rd_kafka_conf_t* settings = rd_kafka_conf_new();
    char why[256];
    rd_kafka_conf_set(settings, "bootstrap.servers", options.servers.c_str(), why, sizeof why);
    rd_kafka_conf_set(settings, "enable.idempotence", "true", why, sizeof why);
    rd_kafka_conf_set_opaque(settings, this);
    rd_kafka_conf_set_dr_msg_cb(settings, on_delivery);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, settings, why, sizeof why);
    if (client_ != nullptr) return;
    failure_ = why;
    rd_kafka_conf_destroy(settings);
  }
  ~Producer() {
    if (client_ != nullptr) rd_kafka_destroy(client_);
  }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  void send(const KafkaMessage& message) {
    for (;;) {
      const auto error = rd_kafka_producev(
          client_, RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
          RD_KAFKA_V_KEY(message.key.data(), message.key.size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(message.value.data()), message.value.size()),
          RD_KAFKA_V_END);
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return fail_on(error);
      rd_kafka_poll(client_, kQueueFullMs);
    }
  }
  void hear() { rd_kafka_poll(client_, 0); }
  void flush() { fail_on(rd_kafka_flush(client_, kFlushMs)); }

  std::int64_t delivered() const { return delivered_; }
  /// Empty while all goes well.
  const std::string& failure() const { return failure_; }

 private:
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
    auto& producer = *static_cast<Producer*>(self);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++producer.delivered_;
    producer.fail_on(message->err);
  }
  void fail_on(rd_kafka_resp_err_t error) {
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && failure_.empty()) failure_ = rd_kafka_err2str(error);
  }

  const std::string topic_;
  rd_kafka_t* client_ = nullptr;
  std::int64_t delivered_ = 0;
  std::string failure_;
};

}  // namespace

KafkaMessage kafka_message(std::int64_t id, const Transaction& transaction) {
  KafkaMessage message{std::to_string(transaction.card), {}};
  append_json(message.value, id, transaction);
  message.value.pop_back();
  return message;
}

Result<KafkaLoadReport> send_to_kafka(const Population& population,
                                      const KafkaLoadOptions& options) {
  Producer producer(options);
  Traffic traffic(population, options.seed);
  Random arrivals(options.seed ^ 0xa441);
  LatencyHistogram lateness;
  KafkaLoadReport report;
  std::vector<Transaction> day;
  std::size_t next = 0;
  Clock::time_point due = Clock::now();
  const Clock::time_point end = due + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(options.seconds));
  while (due < end && producer.failure().empty()) {
    for (; next == day.size(); next = 0) day = traffic.next_day();
    std::this_thread::sleep_until(due);
    lateness.add(std::chrono::nanoseconds(Clock::now() - due).count());
    producer.send(kafka_message(report.sent++, day[next++]));
    producer.hear();
    due += std::chrono::nanoseconds(
        static_cast<std::int64_t>(1e9 * arrivals.exponential() / options.rate));
  }
  if (producer.failure().empty()) producer.flush();
  if (!producer.failure().empty())
    return make_error(ErrorKind::Unavailable, "fraud simulator: Kafka: " + producer.failure());
  report.delivered = producer.delivered();
  report.lateness = quantiles_of(lateness);
  return report;
}

}  // namespace millrace::fraud
