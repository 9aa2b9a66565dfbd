// The fraud simulator as a producer: all that it sends arrives, the transactions of a card in
// order.
#include "tests/kafka/broker.hpp"
#include "tests/support/catch.hpp"
#include "tools/fraud/kafka_terminals.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace millrace::testing {

TEST_CASE("transactions of the fraud simulator arrive in Kafka, those of a card in order") {
  const std::string topic = Broker::unique_topic("transactions");
  Broker::shared().create_topic(topic, 2);
  const fraud::Population population =
      fraud::make_population({.seed = 7, .num_customers = 200, .num_terminals = 50});

  const auto report = fraud::send_to_kafka(
      population,
      {.servers = Broker::shared().address(), .topic = topic, .rate = 5'000, .seconds = 0.2});

  REQUIRE(report.ok());
  CHECK(report->sent > 0);
  CHECK(report->delivered == report->sent);
  const auto records = Broker::shared().read_all(topic);
  CHECK(static_cast<std::int64_t>(records.size()) == report->sent);
  std::map<std::string, std::int64_t> last;
  for (const TestRecord& record : records) {
    const auto transaction = nlohmann::json::parse(*record.value);
    CHECK(*record.key == std::to_string(transaction["card"].get<int>()));
    const auto id = transaction["id"].get<std::int64_t>();
    const auto before = last.find(*record.key);
    if (before != last.end()) CHECK(before->second < id);
    last[*record.key] = id;
  }
}

}  // namespace millrace::testing
