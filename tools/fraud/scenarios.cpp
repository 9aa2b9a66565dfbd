// The fraud scenarios of the traffic. Rates are for a thousand customers and a day.
#include "tools/fraud/traffic.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::fraud {

namespace {

constexpr double kStolenCards = 0.3;
constexpr double kCardNotPresent = 0.3;
constexpr double kTakeOvers = 0.2;
constexpr double kCardTests = 0.12;
constexpr double kImpossibleTravels = 0.6;

std::int64_t minutes(double count) {
  return static_cast<std::int64_t>(count * static_cast<double>(kMinute));
}

}  // namespace

void Traffic::add_frauds() {
  for (int i = today(kStolenCards); i > 0; --i) add_stolen_card();
  for (int i = today(kCardNotPresent); i > 0; --i) add_card_not_present();
  for (int i = today(kTakeOvers); i > 0; --i) add_account_take_over();
  for (int i = today(kCardTests); i > 0; --i) add_card_testing();
  for (int i = today(kImpossibleTravels); i > 0; --i) add_impossible_travel();
}

void Traffic::add_fraud(std::int64_t time, std::int32_t card, std::int32_t terminal, double amount,
                        Scenario scenario) {
  Transaction fraud;
  fraud.time = time;
  fraud.card = card;
  fraud.terminal = terminal;
  fraud.cents = static_cast<std::int32_t>(std::lround(std::max(amount, 0.01) * 100));
  fraud.scenario = scenario;
  later_.push_back(fraud);
}

/// Six to twelve payments within two hours, in shops near the owner, larger than usual.
void Traffic::add_stolen_card() {
  const std::int32_t card = any_card();
  const Customer& owner = customer(card);
  std::int64_t time = time_of_day();
  for (std::size_t left = 6 + random_.below(7); left > 0; --left) {
    add_fraud(time, card, shop_in(owner.country), owner.mean_amount * random_.between(1.5, 4),
              Scenario::StolenCard);
    time += minutes(random_.between(2, 15));
  }
}

/// Eight to twenty online payments within minutes.
void Traffic::add_card_not_present() {
  const std::int32_t card = any_card();
  std::int64_t time = time_of_day();
  for (std::size_t left = 8 + random_.below(13); left > 0; --left) {
    add_fraud(time, card, random_.one_of(population_.online), random_.between(20, 250),
              Scenario::CardNotPresent);
    time += minutes(random_.between(0.2, 2));
  }
}

/// Five days with two or three payments of several times the usual amount, mostly online.
void Traffic::add_account_take_over() {
  const std::int32_t card = any_card();
  const Customer& owner = customer(card);
  for (std::int64_t day = 0; day < 5; ++day)
    for (std::size_t left = 2 + random_.below(2); left > 0; --left) {
      const bool online = random_.chance(0.7);
      add_fraud(time_of_day() + day * kDay, card,
                online ? random_.one_of(population_.online) : shop_in(owner.country),
                owner.mean_amount * random_.between(3, 6), Scenario::AccountTakeOver);
    }
}

/// Thirty cards are tried at one merchant with less than two units each; one in six works well.
void Traffic::add_card_testing() {
  const std::int32_t merchant = random_.one_of(population_.online);
  std::int64_t time = time_of_day();
  for (int i = 0; i < 30; ++i) {
    const std::int32_t card = any_card();
    add_fraud(time, card, merchant, random_.between(0.2, 2), Scenario::CardTesting);
    time += minutes(random_.between(0.05, 0.5));
    if (!random_.chance(1.0 / 6)) continue;
    for (int large = 0; large < 3; ++large)
      add_fraud(time + minutes(random_.between(20, 240)), card, random_.one_of(population_.online),
                random_.between(100, 600), Scenario::CardTesting);
  }
}

/// The owner pays at home; within the hour a copy of the card pays in another country.
void Traffic::add_impossible_travel() {
  const std::int32_t card = any_card();
  const Customer& owner = customer(card);
  const auto away = static_cast<int>(random_.below(kNumCountries));
  if (away == owner.country) return;
  const std::int64_t time = time_of_day();
  Transaction honest;
  honest.time = time;
  honest.card = card;
  honest.terminal = random_.one_of(owner.shops);
  honest.cents = static_cast<std::int32_t>(owner.mean_amount * 100);
  later_.push_back(honest);
  for (int i = 0; i < 2; ++i)
    add_fraud(time + minutes(random_.between(10, 60)), card, shop_in(away),
              owner.mean_amount * random_.between(0.8, 3), Scenario::ImpossibleTravel);
}

}  // namespace millrace::fraud
