#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct rd_kafka_s;

namespace millrace::testing {

struct TestRecord {
  std::string topic;
  std::int32_t partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::int64_t timestamp_ms = 0;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::int64_t offset = -1;
};

/// A client of a real broker, for tests: makes topics, writes and reads records. Aborts when the broker
/// does not do as told.
class Broker {
 public:
  explicit Broker(std::string address);
  ~Broker();

  /// The one that tools/kafka runs for the whole program.
  static Broker& shared();
  /// A topic name that no other test has.
  static std::string unique_topic(const std::string& stem);

  const std::string& address() const { return address_; }
  void create_topic(const std::string& name, int partitions,
                    const std::map<std::string, std::string>& settings = {});
  void delete_topic(const std::string& name);
  void add_partitions(const std::string& name, int count);
  void delete_records(const std::string& topic, std::int32_t partition, std::int64_t before);
  void put(const std::vector<TestRecord>& records);
  /// In one transaction, which is then committed or aborted.
  void put_in_transaction(const std::vector<TestRecord>& records, bool commit);
  /// All records of a topic as `isolation` shows them, by partition and offset.
  std::vector<TestRecord> read_all(const std::string& topic,
                                   const std::string& isolation = "read_committed");
  /// Offset that the group has committed; negative when none.
  std::int64_t committed(const std::string& group, const std::string& topic,
                         std::int32_t partition);

 private:
  void await_topic(const std::string& name, int partitions);
  void send(rd_kafka_s* producer, const std::vector<TestRecord>& records);

  std::string address_;
  rd_kafka_s* producer_;
};

/// A broker of its own that a test may kill: `tools/kafka` on a folder of its own.
class OwnBroker {
 public:
  OwnBroker();
  ~OwnBroker();
  const std::string& address() const { return address_; }
  void start() { run("start"); }
  void kill() { run("kill"); }
  void pause() { run("pause"); }
  void resume() { run("resume"); }

 private:
  void run(const std::string& command);
  std::string folder_;
  std::string address_;
};

}  // namespace millrace::testing
