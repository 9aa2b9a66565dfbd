#include "tools/fraud/traffic.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::fraud {

namespace {

constexpr double kOnlineShare = 0.2;
constexpr double kUnusualShare = 0.1;  // a merchant or shop that the customer is not used to
constexpr double kLargeShare = 0.02;
constexpr double kTripsPerDay = 0.004;
constexpr double kReportedShare = 0.8;
constexpr std::int64_t kCompromisedFor = 7 * kDay;
constexpr double kCompromisedShare = 0.5;

std::int32_t to_cents(double amount) {
  return static_cast<std::int32_t>(std::lround(std::max(amount, 0.01) * 100));
}

/// Around the customer's mean; never negative.
double honest_amount(const Customer& customer, Random& random) {
  const double mean = customer.mean_amount * (random.chance(kLargeShare) ? 4 : 1);
  const double amount = random.normal(mean, mean / 2);
  return amount > 0 ? amount : random.between(0.5, 2 * mean);
}

}  // namespace

Traffic::Traffic(const Population& population, std::uint64_t seed)
    : population_(population), random_(seed ^ 0x5ca1ab1eULL), trips_(population.customers.size()) {}

std::vector<Transaction> Traffic::next_day() {
  compromise_terminals();
  add_honest_payments();
  add_frauds();
  std::vector<Transaction> day = take_today();
  mark_compromised(day);
  report(day);
  day_start_ += kDay;
  return day;
}

std::vector<Transaction> Traffic::take_today() {
  const std::int64_t end = day_start_ + kDay;
  const auto rest = std::partition(later_.begin(), later_.end(),
                                   [&](const Transaction& t) { return t.time < end; });
  std::vector<Transaction> day(later_.begin(), rest);
  later_.erase(later_.begin(), rest);
  std::stable_sort(day.begin(), day.end(),
                   [](const Transaction& a, const Transaction& b) { return a.time < b.time; });
  return day;
}

int Traffic::today(double rate) {
  return random_.poisson(rate * static_cast<double>(population_.customers.size()) / 1000);
}

/// People pay around noon and in the early evening, and now and then at any hour.
std::int64_t Traffic::time_of_day() {
  const double kind = random_.unit();
  double hour = random_.between(0, 24);
  if (kind < 0.45)
    hour = random_.normal(12, 2.5);
  else if (kind < 0.95)
    hour = random_.normal(18, 2.5);
  hour = std::clamp(hour, 0.0, 23.99);
  return day_start_ + static_cast<std::int64_t>(hour * static_cast<double>(kHour));
}

std::int32_t Traffic::shop_in(int country) {
  return random_.one_of(population_.in_country[static_cast<std::size_t>(country)]);
}

void Traffic::maybe_travel(Trip& trip, int home_country) {
  if (trip.until > day_start_ || !random_.chance(kTripsPerDay)) return;
  trip.country = static_cast<int>(random_.below(kNumCountries));
  trip.until = day_start_ + kDay * static_cast<std::int64_t>(2 + random_.below(6));
  if (trip.country == home_country) trip.until = 0;
}

std::int32_t Traffic::shop_for(const Customer& customer, const Trip& trip) {
  const bool unusual = random_.chance(kUnusualShare);
  if (random_.chance(kOnlineShare))
    return unusual ? random_.one_of(population_.online) : random_.one_of(customer.merchants);
  if (trip.until > day_start_) return shop_in(trip.country);
  return unusual ? shop_in(customer.country) : random_.one_of(customer.shops);
}

void Traffic::add_payments_of(std::int32_t card, const Trip& trip) {
  const Customer& payer = customer(card);
  const int count = random_.poisson(payer.payments_per_day);
  for (int i = 0; i < count; ++i) {
    Transaction payment;
    payment.time = time_of_day();
    payment.card = card;
    payment.terminal = shop_for(payer, trip);
    payment.cents = to_cents(honest_amount(payer, random_));
    later_.push_back(payment);
  }
}

void Traffic::add_honest_payments() {
  for (std::size_t i = 0; i < trips_.size(); ++i) {
    const auto card = static_cast<std::int32_t>(i);
    const bool was_away = trips_[i].until > day_start_;
    maybe_travel(trips_[i], customer(card).country);
    // The first day of a trip is spent on the way.
    if (was_away || trips_[i].until <= day_start_) add_payments_of(card, trips_[i]);
  }
}

void Traffic::compromise_terminals() {
  std::erase_if(compromises_, [&](const Compromise& c) { return c.until <= day_start_; });
  const double per_day = static_cast<double>(population_.terminals.size()) / 1000;
  for (int i = random_.poisson(per_day); i > 0; --i)
    compromises_.push_back(
        {shop_in(static_cast<int>(random_.below(kNumCountries))), day_start_ + kCompromisedFor});
}

void Traffic::mark_compromised(std::vector<Transaction>& day) {
  for (Transaction& payment : day) {
    const auto at_it = [&](const Compromise& c) { return c.terminal == payment.terminal; };
    if (payment.is_payment() && !payment.is_fraud() &&
        std::any_of(compromises_.begin(), compromises_.end(), at_it) &&
        random_.chance(kCompromisedShare))
      payment.scenario = Scenario::CompromisedTerminal;
  }
}

void Traffic::report(const std::vector<Transaction>& day) {
  for (Transaction fraud : day) {
    if (!fraud.is_payment() || !fraud.is_fraud() || !random_.chance(kReportedShare)) continue;
    fraud.kind = TransactionKind::Report;
    const double hours = 6 + 18 * random_.exponential();
    fraud.time += static_cast<std::int64_t>(hours * static_cast<double>(kHour));
    // This day was given out: who notices at once tells the bank in the morning.
    const std::int64_t morning = day_start_ + kDay + 7 * kHour;
    if (fraud.time < day_start_ + kDay)
      fraud.time =
          morning + static_cast<std::int64_t>(random_.between(0, 4) * static_cast<double>(kHour));
    later_.push_back(fraud);
  }
}

}  // namespace millrace::fraud
