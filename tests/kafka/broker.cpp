#include "tests/kafka/broker.hpp"

#include "records/check.hpp"
#include "tests/kafka/waiting.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

namespace millrace::testing {

namespace {

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;
using Queue = std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)>;
constexpr int kTimeoutMs = 60'000;

Client make_client(rd_kafka_type_t type, std::map<std::string, std::string> settings) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  char why[512] = "";
  settings["log_level"] = "0";
  for (const auto& [name, value] : settings)
    MILLRACE_CHECK(rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), why,
                                     sizeof why) == RD_KAFKA_CONF_OK,
                   "test client setting");
  rd_kafka_t* client = rd_kafka_new(type, configuration, why, sizeof why);
  MILLRACE_CHECK(client != nullptr, "test client");
  return {client, &rd_kafka_destroy};
}

/// Where the broker's answer to an admin request comes; aborts when it is an error.
class Answer {
 public:
  explicit Answer(rd_kafka_t* client)
      : queue_(rd_kafka_queue_new(client), &rd_kafka_queue_destroy) {}
  rd_kafka_queue_t* queue() const { return queue_.get(); }
  void await() {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue_.get(), kTimeoutMs);
    MILLRACE_CHECK(event != nullptr, "the broker did not answer");
    MILLRACE_CHECK(rd_kafka_event_error(event) == 0, "the broker refused");
    rd_kafka_event_destroy(event);
  }

 private:
  Queue queue_;
};

std::optional<std::string> bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

char* data_of(const std::optional<std::string>& bytes) {
  return bytes ? const_cast<char*>(bytes->data()) : nullptr;
}
std::size_t size_of(const std::optional<std::string>& bytes) { return bytes ? bytes->size() : 0; }

TestRecord read_record(const rd_kafka_message_t& message) {
  TestRecord record;
  record.topic = rd_kafka_topic_name(message.rkt);
  record.partition = message.partition;
  record.offset = message.offset;
  record.key = bytes(message.key, message.key_len);
  record.value = bytes(message.payload, message.len);
  record.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i)
    record.headers.emplace_back(name, bytes(value, size));
  return record;
}

}  // namespace

Broker::Broker(std::string address)
    : address_(std::move(address)),
      producer_(make_client(RD_KAFKA_PRODUCER,
                            {{"bootstrap.servers", address_}, {"linger.ms", "0"}})
                    .release()) {}

Broker::~Broker() { rd_kafka_destroy(producer_); }

Broker& Broker::shared() {
  static const char* address = ::getenv("MILLRACE_KAFKA");
  MILLRACE_CHECK(address != nullptr, "run this program by `tools/kafka run PROGRAM`");
  static Broker broker(address);
  return broker;
}

std::string Broker::unique_topic(const std::string& stem) {
  static std::atomic<int> counter{0};
  return fmt::format("{}-{}-{}", stem, ::getpid(), ++counter);
}

void Broker::create_topic(const std::string& name, int partitions,
                          const std::map<std::string, std::string>& settings) {
  char why[512];
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name.c_str(), partitions, 1, why, sizeof why);
  rd_kafka_NewTopic_set_config(topic, "retention.ms", "-1");
  for (const auto& [setting, value] : settings)
    rd_kafka_NewTopic_set_config(topic, setting.c_str(), value.c_str());
  Answer answer(producer_);
  rd_kafka_CreateTopics(producer_, &topic, 1, nullptr, answer.queue());
  answer.await();
  rd_kafka_NewTopic_destroy(topic);
  await_topic(name, partitions);
}

void Broker::delete_topic(const std::string& name) {
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(name.c_str());
  Answer answer(producer_);
  rd_kafka_DeleteTopics(producer_, &topic, 1, nullptr, answer.queue());
  answer.await();
  rd_kafka_DeleteTopic_destroy(topic);
  await_topic(name, 0);
}

void Broker::add_partitions(const std::string& name, int count) {
  char why[512];
  rd_kafka_NewPartitions_t* more =
      rd_kafka_NewPartitions_new(name.c_str(), static_cast<std::size_t>(count), why, sizeof why);
  Answer answer(producer_);
  rd_kafka_CreatePartitions(producer_, &more, 1, nullptr, answer.queue());
  answer.await();
  rd_kafka_NewPartitions_destroy(more);
  await_topic(name, count);
}

void Broker::delete_records(const std::string& topic, std::int32_t partition,
                            std::int64_t before) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = before;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
  rd_kafka_topic_partition_list_destroy(list);
  Answer answer(producer_);
  rd_kafka_DeleteRecords(producer_, &request, 1, nullptr, answer.queue());
  answer.await();
  rd_kafka_DeleteRecords_destroy(request);
}

/// Brokers hear of a change a moment after it was made.
void Broker::await_topic(const std::string& name, int partitions) {
  const Client fresh =
      make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", address_}});
  rd_kafka_topic_t* topic = rd_kafka_topic_new(fresh.get(), name.c_str(), nullptr);
  const bool is_there = comes_true([&] {
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(fresh.get(), 0, topic, &metadata, kTimeoutMs) != 0) return false;
    int found = metadata->topics[0].partition_cnt;
    for (int i = 0; i < metadata->topics[0].partition_cnt; ++i)
      if (metadata->topics[0].partitions[i].leader < 0) found = -1;
    rd_kafka_metadata_destroy(metadata);
    return found == partitions;
  });
  MILLRACE_CHECK(is_there, "the brokers did not hear of a topic");
  rd_kafka_topic_destroy(topic);
}

void Broker::send(rd_kafka_s* producer, const std::vector<TestRecord>& records) {
  for (const TestRecord& record : records) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers)
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                          data_of(value), static_cast<ssize_t>(size_of(value)));
    const auto sent = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(record.topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(data_of(record.key), size_of(record.key)),
        RD_KAFKA_V_VALUE(data_of(record.value), size_of(record.value)),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    MILLRACE_CHECK(sent == RD_KAFKA_RESP_ERR_NO_ERROR, "test record");
  }
}

/// A new producer each time: an old one may not know of partitions that were added. Those of one
/// partition come at once, so that a job that runs does not see half of them.
void Broker::put(const std::vector<TestRecord>& records) {
  const Client producer =
      make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", address_}, {"linger.ms", "1000"}});
  send(producer.get(), records);
  MILLRACE_CHECK(rd_kafka_flush(producer.get(), kTimeoutMs) == 0, "test records were not written");
}

void Broker::put_in_transaction(const std::vector<TestRecord>& records, bool commit) {
  const Client producer =
      make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", address_},
                                      {"transactional.id", unique_topic("put")}});
  rd_kafka_t* client = producer.get();
  MILLRACE_CHECK(rd_kafka_init_transactions(client, kTimeoutMs) == nullptr, "init");
  MILLRACE_CHECK(rd_kafka_begin_transaction(client) == nullptr, "begin");
  send(client, records);
  rd_kafka_flush(client, kTimeoutMs);
  rd_kafka_error_t* ended = commit ? rd_kafka_commit_transaction(client, kTimeoutMs)
                                   : rd_kafka_abort_transaction(client, kTimeoutMs);
  MILLRACE_CHECK(ended == nullptr, "end of a transaction");
}

std::vector<TestRecord> Broker::read_all(const std::string& topic, const std::string& isolation) {
  const Client consumer = make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", address_},
                                                          {"enable.partition.eof", "true"},
                                                          {"fetch.wait.max.ms", "20"},
                                                          {"isolation.level", isolation}});
  rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer.get(), topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  MILLRACE_CHECK(rd_kafka_metadata(consumer.get(), 0, handle, &metadata, kTimeoutMs) == 0, "topic");
  const int partitions = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  std::vector<TestRecord> records;
  for (int partition = 0; partition < partitions; ++partition) {
    std::int64_t first = 0;
    std::int64_t end = 0;  // as of now; more may come all the time
    rd_kafka_query_watermark_offsets(consumer.get(), topic.c_str(), partition, &first, &end,
                                     kTimeoutMs);
    rd_kafka_consume_start(handle, partition, RD_KAFKA_OFFSET_BEGINNING);
    for (bool at_end = first == end; !at_end;) {
      rd_kafka_message_t* message = rd_kafka_consume(handle, partition, kTimeoutMs);
      MILLRACE_CHECK(message != nullptr, "the broker sent nothing");
      at_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF || message->offset + 1 >= end;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(read_record(*message));
      rd_kafka_message_destroy(message);
    }
    rd_kafka_consume_stop(handle, partition);
  }
  rd_kafka_topic_destroy(handle);
  return records;
}

std::int64_t Broker::committed(const std::string& group, const std::string& topic,
                               std::int32_t partition) {
  const Client consumer =
      make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", address_}, {"group.id", group}});
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition);
  rd_kafka_committed(consumer.get(), list, kTimeoutMs);
  const std::int64_t offset = list->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(list);
  return offset;
}

OwnBroker::OwnBroker() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "millrace-kafka-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  start();
}

OwnBroker::~OwnBroker() { run("wipe"); }

void OwnBroker::run(const std::string& command) {
  const std::string line = fmt::format("{} {} --dir {} --owner {}", MILLRACE_KAFKA_TOOL, command,
                                       folder_, ::getpid());
  FILE* output = ::popen(line.c_str(), "r");
  char text[256] = "";
  const bool has_line = std::fgets(text, sizeof text, output) != nullptr;
  MILLRACE_CHECK(::pclose(output) == 0, "tools/kafka failed");
  if (!has_line || command != "start") return;
  address_ = text;
  address_.erase(address_.find_last_not_of('\n') + 1);
}

}  // namespace millrace::testing
