// examples/kafka_wordcount.yaml against the broker.
#include "tests/kafka/broker.hpp"
#include "tests/kafka/waiting.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

#include <csignal>
#include <map>

namespace millrace::testing {

namespace {

/// The last value of each key among the records of the topic from `first` on.
std::map<std::string, std::string> last_values(Broker& broker, const std::string& topic,
                                               std::size_t first) {
  std::map<std::string, std::string> values;
  const auto records = broker.read_all(topic);
  for (std::size_t i = first; i < records.size(); ++i) values[*records[i].key] = *records[i].value;
  return values;
}

}  // namespace

TEST_CASE("the Kafka word count counts, in micro-batches and continuously") {
  Broker& broker = Broker::shared();
  broker.create_topic("wordcount-topic", 1);
  broker.create_topic("wordcount-result-topic", 1);
  broker.put({{"wordcount-topic", 0, {}, "the mill turns", 1, {}},
              {"wordcount-topic", 0, {}, "the river turns the mill", 1, {}}});
  const std::map<std::string, std::string> expected{
      {"the", "the:3"}, {"mill", "mill:2"}, {"turns", "turns:2"}, {"river", "river:1"}};

  for (const char* trigger : {"processingTime 100 ms", "continuous 100 ms"}) {
    const std::size_t first = broker.read_all("wordcount-result-topic").size();
    Program job({"run", "examples/kafka_wordcount.yaml", "--progress", "off", "--trigger", trigger}, {},
                {{"KAFKA", broker.address()}});
    std::map<std::string, std::string> values;
    comes_true([&] {
      return (values = last_values(broker, "wordcount-result-topic", first)) == expected;
    });
    CHECK(values == expected);
    job.send_signal(SIGINT);
    const ProgramEnd end = job.end();
    INFO(trigger << ": " << end.err);
    CHECK(end.code == 130);
  }
}

}  // namespace millrace::testing
