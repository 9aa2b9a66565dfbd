#include "tools/fraud/kafka_terminals.hpp"

#include "tests/support/catch.hpp"

namespace millrace::fraud {

TEST_CASE("a Kafka message has the card as its key and the line of a terminal as its value") {
  Transaction payment;
  payment.time = 20'458 * kDay + 8 * kHour;
  payment.card = 17;
  payment.terminal = 3;
  payment.cents = 1'205;

  const KafkaMessage message = kafka_message(5, payment);

  CHECK(message.key == "17");
  CHECK(
      message.value ==
      R"({"id":5,"kind":"payment","time":"2026-01-05T08:00:00.000000Z","card":17,"terminal":3,"amount":12.05})");
}

}  // namespace millrace::fraud
