// The Kafka sinks against a real broker: what they write, and what an epoch promises when things fail.
#include "records/value.hpp"
#include "sinks/sink_type.hpp"
#include "tests/kafka/broker.hpp"
#include "tests/support/catch.hpp"

#include <future>
#include <memory>
#include <semaphore>

namespace millrace::testing {

namespace {

Value text(std::string bytes) { return {TypeKind::String, std::move(bytes)}; }
Value null_text() { return {TypeKind::String, {}}; }

/// One Kafka sink and the calls that the runtime makes. Waits for every answer.
class SinkRun {
 public:
  SinkRun(const Broker& broker, Schema schema,
          std::vector<std::pair<std::string, std::string>> options, const std::string& name = "")
      : schema_(std::make_shared<const Schema>(std::move(schema))),
        context_{*pool_, counters_, schema_} {
    context_.wake = [this] { woken_.release(); };
    context_.durable_name = name;
    context_.keep_output = [this](Epoch epoch, std::string bytes) {
      kept.push_back({epoch, std::move(bytes)});
    };
    SinkRequest request;
    request.options.set("kafka.bootstrap.servers", broker.address());
    for (auto& [option, value] : options) request.options.set(option, value);
    request.schema = *schema_;
    for (const SinkType& type : builtin_sinks())
      if (type.name == "kafka") {
        const auto planned = type.plan(request);
        INFO((planned.ok() ? "" : planned.error().message));
        REQUIRE(planned.ok());
        sink_ = planned->make();
      }
    const Status opened = sink_->open(context_);
    INFO((opened.ok() ? "" : opened.error().message));
    REQUIRE(opened.ok());
  }

  Status write(const std::vector<std::vector<Value>>& rows) {
    RecordBatch batch = pool_->make_batch(schema_);
    for (const auto& row : rows)
      for (std::size_t c = 0; c < schema_->size(); ++c) append_value(*batch.columns()[c], row[c]);
    batch.set_num_physical_rows(static_cast<std::uint32_t>(rows.size()));
    for (;;) {
      const auto written = sink_->write(batch);
      if (!written.ok()) return written.error();
      if (*written == WriteStatus::Accepted) return {};
      woken_.acquire();
    }
  }
  Result<CommitToken> prepare(int epoch) {
    std::promise<Result<CommitToken>> done;
    sink_->prepare(Epoch{epoch}, [&](Result<CommitToken> token) { done.set_value(token); });
    return done.get_future().get();
  }
  Status commit(int epoch) {
    std::promise<Status> done;
    sink_->commit(Epoch{epoch}, {}, [&](Status status) { done.set_value(status); });
    return done.get_future().get();
  }
  /// "" or why the epoch failed.
  std::string run_epoch(int epoch, const std::vector<std::vector<Value>>& rows) {
    Status status = write(rows);
    if (!status.ok()) return status.error().message;
    const auto token = prepare(epoch);
    if (!token.ok()) return token.error().message;
    status = commit(epoch);
    return status.ok() ? "" : status.error().message;
  }
  Status recover(const std::vector<RecoveredOutput>& left) { return sink_->recover(left); }

  std::vector<RecoveredOutput::Rows> kept;

 private:
  RecordPool::Owner pool_ = RecordPool::create();
  SubtaskCounters counters_;
  SchemaPtr schema_;
  SinkContext context_;
  std::counting_semaphore<> woken_{0};  // may be woken more often than it asked for
  std::unique_ptr<Sink> sink_;
};

std::string new_topic(Broker& broker, int partitions = 1) {
  const std::string topic = Broker::unique_topic("sink");
  broker.create_topic(topic, partitions);
  return topic;
}

/// `key=value@partition`, blanks between.
std::string written(Broker& broker, const std::string& topic) {
  std::string all;
  for (const TestRecord& record : broker.read_all(topic))
    all += (all.empty() ? "" : " ") + record.key.value_or("-") + "=" + record.value.value_or("-") +
           "@" + std::to_string(record.partition);
  return all;
}

const Schema kKeyValue{{{"key", TypeKind::String}, {"value", TypeKind::String}}};

}  // namespace

TEST_CASE("the Kafka sink writes keys, values and NULLs, and an epoch ends when all is delivered") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  SinkRun sink(broker, kKeyValue, {{"topic", topic}});

  CHECK(sink.run_epoch(0, {{text("a"), text("1")}, {null_text(), text("")}}) == "");
  CHECK(written(broker, topic) == "a=1@0 -=@0");
  CHECK(sink.run_epoch(1, {{text(""), null_text()}}) == "");
  CHECK(written(broker, topic) == "a=1@0 -=@0 =-@0");
}

TEST_CASE("the Kafka sink puts keys into the partitions of the Java client") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker, 4);
  SinkRun sink(broker, kKeyValue, {{"topic", topic}});

  CHECK(sink.run_epoch(0, {{text("a"), text("v")}, {text("key"), text("v")}, {text("c"), text("v")}, {text("user-3"), text("v")}}) == "");
  CHECK(written(broker, topic) == "a=v@0 key=v@1 c=v@2 user-3=v@3");
}

TEST_CASE("a column names topic and partition of each row") {
  Broker& broker = Broker::shared();
  const std::string first = new_topic(broker, 2);
  const std::string second = new_topic(broker, 2);
  SinkRun sink(broker,
               {{{"topic", TypeKind::String}, {"value", TypeKind::String}, {"partition", TypeKind::Int}}},
               {});

  CHECK(sink.run_epoch(0, {{text(first), text("x"), {TypeKind::Int, std::int64_t{1}}},
                           {text(second), text("y"), {TypeKind::Int, std::int64_t{0}}}}) == "");
  CHECK(written(broker, first) == "-=x@1");
  CHECK(written(broker, second) == "-=y@0");
  CHECK(sink.run_epoch(1, {{null_text(), text("z"), {TypeKind::Int, std::int64_t{0}}}}) ==
        "The Kafka message data sent to the producer contains a null topic. Use the `topic` option "
        "for setting a default topic.");
}

TEST_CASE("a record that the brokers refuse fails the epoch and says why") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);

  SECTION("larger than the client's limit") {
    SinkRun sink(broker, kKeyValue, {{"topic", topic}, {"kafka.max.request.size", "1000"}});
    CHECK(sink.run_epoch(0, {{null_text(), text(std::string(2000, 'x'))}}) ==
          "The message is 2000 bytes when serialized which is larger than 1000, which is the value "
          "of the max.request.size configuration.");
  }
  SECTION("larger than the broker's limit, among good ones") {
    SinkRun sink(broker, kKeyValue, {{"topic", topic}, {"kafka.max.request.size", "5000000"}});
    const std::string why = sink.run_epoch(
        0, {{null_text(), text("good")}, {null_text(), text(std::string(2'000'000, 'x'))}});
    CHECK(why == "kafka sink: a record was not written to topic '" + topic +
                     "' partition 0: Broker: Message size too large");
  }
}

TEST_CASE("an epoch of more records than the client's queue holds is written whole") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  SinkRun sink(broker, kKeyValue,
               {{"topic", topic}, {"kafka.queue.buffering.max.messages", "100"}});
  std::vector<std::vector<Value>> rows;
  for (int i = 0; i < 5000; ++i) rows.push_back({null_text(), text(std::to_string(i))});

  CHECK(sink.run_epoch(0, rows) == "");

  const auto records = broker.read_all(topic);
  REQUIRE(records.size() == 5000);
  for (int i = 0; i < 5000; ++i) CHECK(records[static_cast<std::size_t>(i)].value == std::to_string(i));
}

TEST_CASE("rows of an epoch are seen when it commits, all at once") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  SinkRun sink(broker, kKeyValue, {{"topic", topic}, {"visibility", "committed"}},
               Broker::unique_topic("job"));

  REQUIRE(sink.write({{text("a"), text("1")}, {text("b"), text("2")}}).ok());
  REQUIRE(sink.prepare(0).ok());
  CHECK(written(broker, topic).empty());
  CHECK(sink.commit(0).ok());
  CHECK(written(broker, topic) == "a=1@0 b=2@0");
}

TEST_CASE("an epoch that a crash left is written once, whether or not it was committed") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  const std::string job = Broker::unique_topic("job");
  const std::vector<std::pair<std::string, std::string>> options{{"topic", topic},
                                                                 {"visibility", "committed"}};
  RecoveredOutput left;
  {
    SinkRun sink(broker, kKeyValue, options, job);
    REQUIRE(sink.run_epoch(0, {{text("a"), text("1")}}) == "");
    REQUIRE(sink.write({{text("b"), text("2")}}).ok());
    const auto token = sink.prepare(1);  // and here the process dies
    REQUIRE(token.ok());
    left.token = token->bytes;
    left.outputs = sink.kept;
  }
  REQUIRE(left.outputs.size() == 2);

  for (int start = 0; start < 2; ++start) {
    SinkRun sink(broker, kKeyValue, options, job);
    REQUIRE(sink.recover({left}).ok());
    CHECK(written(broker, topic) == "a=1@0 b=2@0");
  }
}

TEST_CASE("output of a subtask that is no more is written by the first") {
  Broker& broker = Broker::shared();
  const std::string topic = new_topic(broker);
  const std::string job = Broker::unique_topic("job");
  const std::vector<std::pair<std::string, std::string>> options{{"topic", topic},
                                                                 {"visibility", "committed"}};
  RecoveredOutput left;
  left.subtask = 7;
  {
    SinkRun sink(broker, kKeyValue, options, job);
    REQUIRE(sink.write({{text("a"), text("1")}}).ok());
    REQUIRE(sink.prepare(0).ok());
    left.token = "millrace-" + job + "-7";
    left.outputs = sink.kept;
  }
  SinkRun sink(broker, kKeyValue, options, job);
  REQUIRE(sink.recover({left}).ok());
  CHECK(written(broker, topic) == "a=1@0");
}

TEST_CASE("a broker that is killed and comes back gets every record", "[crash]") {
  OwnBroker own;
  Broker broker(own.address());
  const std::string topic = new_topic(broker);
  for (const char* visibility : {"immediate", "committed"}) {
    SinkRun sink(broker, kKeyValue, {{"topic", topic}, {"visibility", visibility}},
                 Broker::unique_topic("job"));
    REQUIRE(sink.run_epoch(0, {{text(visibility), text("before")}}) == "");
    own.kill();
    auto epoch = std::async(std::launch::async, [&] {
      return sink.run_epoch(1, {{text(visibility), text("meanwhile")}});
    });
    own.start();
    CHECK(epoch.get() == "");
    CHECK(sink.run_epoch(2, {{text(visibility), text("after")}}) == "");
  }
  CHECK(written(broker, topic) ==
        "immediate=before@0 immediate=meanwhile@0 immediate=after@0 "
        "committed=before@0 committed=meanwhile@0 committed=after@0");
}

TEST_CASE("a sink without a broker says so when it opens") {
  SinkRequest request;
  request.options.set("kafka.bootstrap.servers", "127.0.0.1:1");
  request.options.set("kafka.default.api.timeout.ms", "500");
  request.options.set("topic", "t");
  request.schema = kKeyValue;
  RecordPool::Owner pool = RecordPool::create();
  SubtaskCounters counters;
  SinkContext context{*pool, counters, std::make_shared<const Schema>(kKeyValue)};
  for (const SinkType& type : builtin_sinks()) {
    if (type.name != "kafka") continue;
    const auto sink = type.plan(request)->make();
    const Status opened = sink->open(context);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().message.starts_with("kafka sink: no broker answers: '127.0.0.1:1'"));
    CHECK(opened.error().kind == ErrorKind::Unavailable);
  }
}

}  // namespace millrace::testing
