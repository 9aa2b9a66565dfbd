#include "tools/fraud/traffic.hpp"

#include "tests/support/catch.hpp"
#include "tools/fraud/transaction_json.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace millrace::fraud {

namespace {

PopulationOptions small() { return {.seed = 7, .num_customers = 2'000, .num_terminals = 300}; }

std::vector<Transaction> days_of(const Population& population, std::uint64_t seed, int days) {
  Traffic traffic(population, seed);
  std::vector<Transaction> all;
  for (int day = 0; day < days; ++day)
    for (const Transaction& transaction : traffic.next_day()) all.push_back(transaction);
  return all;
}

std::string text_of(const std::vector<Transaction>& transactions) {
  std::string text;
  for (const Transaction& transaction : transactions) append_json(text, 0, transaction);
  return text;
}

}  // namespace

TEST_CASE("traffic is the same for a seed and another for another") {
  const Population population = make_population(small());

  const std::string first = text_of(days_of(population, 3, 2));

  const Population again = make_population(small());
  CHECK(first == text_of(days_of(again, 3, 2)));
  CHECK(first != text_of(days_of(population, 4, 2)));
}

TEST_CASE("traffic goes forward in time") {
  const Population population = make_population(small());
  const auto all = days_of(population, 3, 10);

  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const Transaction& a, const Transaction& b) { return a.time < b.time; }));
  CHECK(all.front().time >= kFirstDay);
  CHECK(all.back().time < kFirstDay + 10 * kDay);
}

TEST_CASE("traffic has every scenario, and fraud is rare") {
  const Population population = make_population(small());
  std::set<Scenario> seen;
  double frauds = 0, payments = 0;
  for (const Transaction& transaction : days_of(population, 3, 30)) {
    seen.insert(transaction.scenario);
    payments += transaction.is_payment();
    frauds += transaction.is_payment() && transaction.is_fraud();
  }

  CHECK(seen.size() == kScenarioNames.size());
  CHECK(frauds / payments > 0.002);
  CHECK(frauds / payments < 0.03);
}

TEST_CASE("most payments are made at day time") {
  const Population population = make_population(small());
  double at_night = 0, payments = 0;
  for (const Transaction& transaction : days_of(population, 3, 5)) {
    ++payments;
    at_night += transaction.time % kDay < 5 * kHour;
  }

  CHECK(at_night / payments < 0.1);
}

TEST_CASE("a report names a fraud that happened at least a day boundary earlier") {
  const Population population = make_population(small());
  std::multiset<std::pair<std::int32_t, std::int32_t>> frauds;
  std::size_t reports = 0;
  for (const Transaction& transaction : days_of(population, 3, 10)) {
    if (transaction.is_payment() && transaction.is_fraud())
      frauds.insert({transaction.card, transaction.cents});
    if (transaction.is_payment()) continue;
    ++reports;
    CHECK(frauds.count({transaction.card, transaction.cents}) > 0);
  }

  CHECK(reports > 0);
}

TEST_CASE("a transaction is one line of JSON without its label") {
  Transaction payment;
  payment.time = kFirstDay + 8 * kHour + 15 * kMinute + 30 * kSecond + 123'456;
  payment.card = 42;
  payment.terminal = 7;
  payment.cents = 1205;
  payment.scenario = Scenario::StolenCard;
  std::string line;

  append_json(line, 17, payment);

  CHECK(line ==
        "{\"id\":17,\"kind\":\"payment\",\"time\":\"2026-01-05T08:15:30.123456Z\",\"card\":42,"
        "\"terminal\":7,\"amount\":12.05}\n");
}

TEST_CASE("answers are told apart") {
  const Answer decision = read_answer(R"({"id":12,"decision":"decline","reasons":["x"]})");
  CHECK(decision.kind == Answer::Kind::Decision);
  CHECK(decision.number == 12);
  CHECK(decision.decision == "decline");

  const Answer committed = read_answer(R"({"committed":99})");
  CHECK(committed.kind == Answer::Kind::Committed);
  CHECK(committed.number == 99);

  CHECK(read_answer("nonsense").kind == Answer::Kind::Other);
}

}  // namespace millrace::fraud
