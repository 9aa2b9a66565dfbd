#include "tools/bench/kafka_load.hpp"

#include "records/check.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <thread>

namespace millrace::bench {

namespace {

using Clock = std::chrono::steady_clock;
using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;
constexpr int kTimeoutMs = 20'000;
constexpr std::size_t kRecordBytes = 100;

Client make_client(rd_kafka_type_t type, const std::string& servers,
                   std::map<std::string, std::string> settings) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  char why[512];
  settings["bootstrap.servers"] = servers;
  settings["socket.nagle.disable"] = "true";
  settings["log_level"] = "0";
  for (const auto& [name, value] : settings)
    MILLRACE_CHECK(rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), why, sizeof why) ==
                       RD_KAFKA_CONF_OK,
                   "setting of the Kafka load");
  return {rd_kafka_new(type, configuration, why, sizeof why), &rd_kafka_destroy};
}

/// Reads the committed records of one topic from its start or its end.
class Reader {
 public:
  Reader(const std::string& servers, const std::string& topic, std::int64_t from)
      : client_(make_client(RD_KAFKA_CONSUMER, servers,
                            {{"group.id", "load"},
                             {"enable.auto.commit", "false"},
                             {"isolation.level", "read_committed"}})) {
    rd_kafka_poll_set_consumer(client_.get());
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), 0)->offset = from;
    rd_kafka_assign(client_.get(), list);
    rd_kafka_topic_partition_list_destroy(list);
  }
  ~Reader() { rd_kafka_consumer_close(client_.get()); }

  /// False when none came for a while; else `due` is what its value begins with.
  bool next(std::int64_t& due) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client_.get(), 100);
    if (message == nullptr) return false;
    const bool is_record = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (is_record) due = std::strtoll(static_cast<const char*>(message->payload), nullptr, 10);
    rd_kafka_message_destroy(message);
    return is_record;
  }

 private:
  Client client_;
};

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

void sleep_until_ns(std::int64_t due) {
  timespec time{due / 1'000'000'000, due % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

void send(rd_kafka_t* producer, const std::string& topic, std::int64_t due) {
  const std::string value = fmt::format("{:<{}}", due, kRecordBytes);
  for (;;) {
    const auto sent =
        rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic.c_str()),
                          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (sent != RD_KAFKA_RESP_ERR__QUEUE_FULL) return;
    rd_kafka_poll(producer, 10);
  }
}

}  // namespace

KafkaLoad::KafkaLoad(std::string tool, const std::string& folder)
    : tool_(std::move(tool)), folder_(folder) {
  run_tool("start");
}

KafkaLoad::~KafkaLoad() { run_tool("wipe"); }

void KafkaLoad::run_tool(const std::string& command) {
  const std::string line =
      fmt::format("{} {} --dir {} --owner {}", tool_, command, folder_, ::getpid());
  FILE* output = ::popen(line.c_str(), "r");
  char text[256] = "";
  if (std::fgets(text, sizeof text, output) != nullptr && command == "start") address_ = text;
  if (::pclose(output) != 0) address_.clear();
  while (address_.ends_with('\n')) address_.pop_back();
}

std::string KafkaLoad::new_topic(const std::string& stem) {
  const std::string name = fmt::format("{}-{}", stem, ++num_topics_);
  const Client client = make_client(RD_KAFKA_PRODUCER, address_, {});
  char why[512];
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name.c_str(), 1, 1, why, sizeof why);
  rd_kafka_queue_t* answers = rd_kafka_queue_new(client.get());
  rd_kafka_CreateTopics(client.get(), &topic, 1, nullptr, answers);
  rd_kafka_event_t* answer = rd_kafka_queue_poll(answers, kTimeoutMs);
  MILLRACE_CHECK(answer != nullptr && rd_kafka_event_error(answer) == 0, "no topic was made");
  rd_kafka_event_destroy(answer);
  rd_kafka_queue_destroy(answers);
  rd_kafka_NewTopic_destroy(topic);
  return name;
}

void KafkaLoad::fill(const std::string& topic, std::int64_t count) {
  const Client producer = make_client(RD_KAFKA_PRODUCER, address_, {{"linger.ms", "20"}});
  for (std::int64_t i = 0; i < count; ++i) send(producer.get(), topic, i);
  MILLRACE_CHECK(rd_kafka_flush(producer.get(), 6 * kTimeoutMs) == 0, "a topic was not filled");
}

namespace {

/// Moments at which records are due, from the begin of a load on.
class DueTimes {
 public:
  DueTimes(const LoadShape& shape, std::int64_t begin) : shape_(shape), begin_(begin) {}
  std::int64_t next() {
    const auto due = begin_ + static_cast<std::int64_t>(elapsed_);
    elapsed_ +=
        (shape_.arrivals == Arrivals::Constant ? 1 : exponential_(random_)) * 1e9 / shape_.rate;
    return due;
  }

 private:
  const LoadShape& shape_;
  const std::int64_t begin_;
  double elapsed_ = 0;
  std::mt19937_64 random_{1};
  std::exponential_distribution<double> exponential_{1};
};

}  // namespace

LoadResult KafkaLoad::run(const std::string& in, const std::string& out, const LoadShape& shape) {
  Reader reader(address_, out, RD_KAFKA_OFFSET_BEGINNING);
  const std::int64_t begin = now_ns();
  const auto first = begin + static_cast<std::int64_t>(shape.warm_up * 1e9);
  const auto end = first + static_cast<std::int64_t>(shape.seconds * 1e9);
  LoadResult result;
  result.counted_from_ns = first;
  std::atomic<bool> is_sent = false;
  std::thread sender([&] {
    const Client producer = make_client(RD_KAFKA_PRODUCER, address_, {{"linger.ms", "0"}});
    DueTimes times(shape, begin);
    for (std::int64_t due = times.next(); due < end; due = times.next()) {
      sleep_until_ns(due);
      if (due >= first) result.lateness_ns.push_back(now_ns() - due);
      send(producer.get(), in, due);
      ++result.num_sent;
      rd_kafka_poll(producer.get(), 0);
    }
    is_sent = true;
    rd_kafka_flush(producer.get(), kTimeoutMs);
  });
  const auto is_over = [&] { return is_sent && result.num_returned >= result.num_sent; };
  for (std::int64_t due = 0; !is_over() && now_ns() < end + 5'000'000'000;) {
    if (!reader.next(due)) continue;
    const std::int64_t arrived = now_ns();
    if (result.num_returned++ == 0) result.first_arrival_ns = arrived;
    if (due < first) continue;
    result.records.push_back({due, arrived - due});
  }
  sender.join();
  result.num_expected = result.num_sent;
  return result;
}

double KafkaLoad::seconds_until(const std::string& topic, std::int64_t count, double patience) {
  Reader reader(address_, topic, RD_KAFKA_OFFSET_BEGINNING);
  const std::int64_t begin = now_ns();
  const auto deadline = begin + static_cast<std::int64_t>(patience * 1e9);
  std::int64_t due = 0;
  while (count > 0 && now_ns() < deadline)
    if (reader.next(due)) --count;
  return count > 0 ? -1 : static_cast<double>(now_ns() - begin) / 1e9;
}

}  // namespace millrace::bench
