#include "tools/fraud/tally.hpp"

namespace millrace::fraud {

namespace {
double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}
}  // namespace

Quantiles quantiles_of(const LatencyHistogram& histogram) {
  return {histogram.at_quantile(0.5), histogram.at_quantile(0.99), histogram.at_quantile(0.999)};
}

void Detection::add(const Transaction& payment, bool is_alert) {
  ++payments;
  if (!payment.is_fraud()) {
    false_alarms += is_alert;
    return;
  }
  OfScenario& scenario = by_scenario[static_cast<std::size_t>(payment.scenario)];
  ++frauds;
  ++scenario.frauds;
  (is_alert ? saved_cents : lost_cents) += payment.cents;
  caught += is_alert;
  scenario.caught += is_alert;
}

double Detection::precision() const { return ratio(caught, caught + false_alarms); }
double Detection::recall() const { return ratio(caught, frauds); }

}  // namespace millrace::fraud
