// The floor of Kafka: the least that librdkafka lets a program do.
//   floor_kafka_chain copy HOST:PORT IN OUT    reads IN, drops values that begin with '#', writes OUT
//   floor_kafka_chain read HOST:PORT IN COUNT  reads so many records of IN and ends
// One partition, from its first record. The client is set up as Millrace sets it up.
#include <librdkafka/rdkafka.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>

namespace {

volatile std::sig_atomic_t over = 0;

rd_kafka_t* make_client(rd_kafka_type_t type, const char* servers,
                        std::initializer_list<std::pair<const char*, const char*>> settings) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  char why[512];
  rd_kafka_conf_set(configuration, "bootstrap.servers", servers, why, sizeof why);
  rd_kafka_conf_set(configuration, "socket.nagle.disable", "true", why, sizeof why);
  for (const auto& [name, value] : settings)
    if (rd_kafka_conf_set(configuration, name, value, why, sizeof why) != RD_KAFKA_CONF_OK) std::abort();
  return rd_kafka_new(type, configuration, why, sizeof why);
}

rd_kafka_t* make_consumer(const char* servers, const char* topic) {
  rd_kafka_t* consumer =
      make_client(RD_KAFKA_CONSUMER, servers,
                  {{"group.id", "floor"}, {"enable.auto.commit", "false"},
                   {"queued.max.messages.kbytes", "16384"}});
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
  return consumer;
}

void copy(const char* servers, const char* in, const char* out) {
  rd_kafka_t* consumer = make_consumer(servers, in);
  rd_kafka_t* producer = make_client(RD_KAFKA_PRODUCER, servers,
                                     {{"linger.ms", "0"}, {"enable.idempotence", "true"}});
  while (over == 0) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
    rd_kafka_poll(producer, 0);
    if (message == nullptr) continue;
    const char* value = static_cast<const char*>(message->payload);
    if (message->err == 0 && message->len > 0 && value[0] != '#')
      rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(out), RD_KAFKA_V_VALUE(message->payload, message->len),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    rd_kafka_message_destroy(message);
  }
  rd_kafka_flush(producer, 5000);
}

void read(const char* servers, const char* in, long count) {
  rd_kafka_t* consumer = make_consumer(servers, in);
  while (count > 0 && over == 0) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
    if (message == nullptr) continue;
    if (message->err == 0) --count;
    rd_kafka_message_destroy(message);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: floor_kafka_chain copy|read HOST:PORT IN OUT|COUNT\n", stderr), 64;
  std::signal(SIGTERM, [](int) { over = 1; });
  if (std::string(argv[1]) == "copy") copy(argv[2], argv[3], argv[4]);
  else read(argv[2], argv[3], std::strtol(argv[4], nullptr, 10));
  std::quick_exit(0);
}
