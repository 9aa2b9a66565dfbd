// From topic to topic with `visibility: committed`: whatever is killed, a reader of committed records
// finds every input once.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/engine_job.hpp"
#include "tests/kafka/waiting.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace millrace::testing {

namespace {

using namespace std::chrono_literals;

const std::vector<std::vector<std::string>> kModes{{}, {"--trigger", "continuous 20 ms"}};

/// A job that copies one topic to another, and what it should have copied.
class Copy {
 public:
  explicit Copy(Broker& broker, const std::map<std::string, std::string>& sink_options = {})
      : broker_(broker),
        in_(Broker::unique_topic("in")),
        out_(Broker::unique_topic("out")),
        job_(topology(sink_options)) {
    broker_.create_topic(in_, 2);
    broker_.create_topic(out_, 2);
  }

  void put(int count) {
    std::vector<TestRecord> records;
    for (int i = 0; i < count; ++i, ++num_put_)
      records.push_back({in_, num_put_ % 2, {}, std::to_string(num_put_), 1, {}});
    broker_.put(records);
  }

  /// Until so many records can be read.
  void await(std::size_t count) {
    comes_true([&] { return broker_.read_all(out_).size() >= count; });
  }
  void await_all() { await(static_cast<std::size_t>(num_put_)); }

  /// Waits until as many records as were put can be read, and ends the job, so that nothing follows.
  /// "" or what is wrong.
  std::string verdict() {
    await_all();
    const ProgramEnd end = job_.stop();
    if (end.code != 130) return "the job ended with " + std::to_string(end.code) + ": " + end.err;
    std::vector<int> values;
    for (const TestRecord& record : broker_.read_all(out_)) values.push_back(std::stoi(*record.value));
    std::sort(values.begin(), values.end());
    for (int i = 0; i < num_put_; ++i)
      if (static_cast<std::size_t>(i) >= values.size() || values[static_cast<std::size_t>(i)] != i)
        return std::to_string(values.size()) + " records for " + std::to_string(num_put_) +
               ", wrong from " + std::to_string(i);
    return values.size() == static_cast<std::size_t>(num_put_) ? "" : "more records than were put";
  }

  EngineJob& job() { return job_; }

 private:
  std::string topology(std::map<std::string, std::string> sink_options) const {
    sink_options["kafka.bootstrap.servers"] = broker_.address();
    sink_options["topic"] = out_;
    sink_options["visibility"] = "committed";
    return "checkpointLocation: state\nsources:\n  in: " +
           yaml_map("type: kafka", {{"kafka.bootstrap.servers", broker_.address()},
                                    {"subscribe", in_},
                                    {"startingOffsets", "earliest"}}) +
           "\noperators:\n  rows: {from: in, select: [value]}\nsinks:\n  out: " +
           yaml_map("from: rows, type: kafka", sink_options) + "\n";
  }

  Broker& broker_;
  std::string in_;
  std::string out_;
  EngineJob job_;
  int num_put_ = 0;
};

}  // namespace

TEST_CASE("an engine that is killed again and again writes every record once", "[crash]") {
  for (const auto& mode : kModes) {
    Copy copy(Broker::shared());
    for (int kill = 0; kill < 4; ++kill) {
      copy.job().start(mode);
      copy.put(200);
      copy.await(static_cast<std::size_t>(kill) * 200 + 1);
      copy.put(50);
      if (kill % 2 == 1) copy.await(static_cast<std::size_t>(kill) * 250 + 201);
      copy.job().kill();
    }
    copy.job().start(mode);
    CHECK(copy.verdict() == "");
  }
}

TEST_CASE("a broker that is killed while transactions run gets every record once", "[crash]") {
  OwnBroker own;
  Broker broker(own.address());
  for (const auto& mode : kModes) {
    Copy copy(broker);
    copy.job().start(mode);
    copy.put(100);
    copy.await(1);  // a job that finds no broker at its start ends
    copy.put(100);
    own.kill();
    own.start();
    copy.put(100);
    CHECK(copy.verdict() == "");
  }
}

TEST_CASE("a broker that hangs for longer than a transaction may last gets every record once",
          "[crash]") {
  OwnBroker own;
  Broker broker(own.address());
  Copy copy(broker, {{"kafka.transaction.timeout.ms", "2000"}, {"kafka.socket.timeout.ms", "2000"}});
  copy.job().start(kModes[1]);
  copy.put(100);
  copy.await_all();
  copy.put(100);
  own.pause();
  // The hang itself: three times as long as a transaction may last.
  std::this_thread::sleep_for(6s);
  own.resume();
  copy.put(100);
  CHECK(copy.verdict() == "");
}

}  // namespace millrace::testing
