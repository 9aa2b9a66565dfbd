#pragma once

#include "tools/fraud/population.hpp"
#include "tools/fraud/random.hpp"
#include "tools/fraud/transaction.hpp"

#include <cstdint>
#include <vector>

namespace millrace::fraud {

/// First day of the simulated calendar: 2026-01-05, a Monday.
constexpr std::int64_t kFirstDay = 20'458 * kDay;

/// Everything that happens in a population, one day at a time: honest payments with a daily rhythm,
/// fraud of each scenario, and the reports of customers who noticed. Follows the Fraud Detection
/// Handbook (Le Borgne et al., chapter 3) in its customers, terminals, amounts and in the first and
/// the last of its fraud scenarios. The same for the same population and seed. Not thread-safe.
class Traffic {
 public:
  /// `population` must outlive the object.
  Traffic(const Population& population, std::uint64_t seed);

  /// What happens on the next day, by time.
  std::vector<Transaction> next_day();
  /// Start of the day that `next_day` will give.
  std::int64_t next_start() const { return day_start_; }

 private:
  struct Trip {
    int country = -1;
    std::int64_t until = 0;
  };
  struct Compromise {
    std::int32_t terminal;
    std::int64_t until;
  };

  void add_honest_payments();
  void add_payments_of(std::int32_t card, const Trip& trip);
  std::int32_t shop_for(const Customer& customer, const Trip& trip);
  void maybe_travel(Trip& trip, int home_country);
  void compromise_terminals();
  void add_frauds();
  void add_stolen_card();
  void add_card_not_present();
  void add_account_take_over();
  void add_card_testing();
  void add_impossible_travel();
  void add_fraud(std::int64_t time, std::int32_t card, std::int32_t terminal, double amount,
                 Scenario scenario);
  void mark_compromised(std::vector<Transaction>& day);
  void report(const std::vector<Transaction>& day);
  /// Takes the transactions before the end of the day out of `later_`.
  std::vector<Transaction> take_today();

  const Customer& customer(std::int32_t card) const {
    return population_.customers[static_cast<std::size_t>(card)];
  }
  std::int32_t any_card() {
    return static_cast<std::int32_t>(random_.below(population_.customers.size()));
  }
  std::int32_t shop_in(int country);
  std::int64_t time_of_day();
  /// How often something happens today that happens `rate` times a day for a thousand customers.
  int today(double rate);

  const Population& population_;
  Random random_;
  std::int64_t day_start_ = kFirstDay;
  std::vector<Trip> trips_;  // by card
  std::vector<Compromise> compromises_;
  std::vector<Transaction> later_;  // made already, not yet given out
};

}  // namespace millrace::fraud
