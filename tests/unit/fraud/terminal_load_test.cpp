#include "tools/fraud/terminal_load.hpp"

#include "tests/support/catch.hpp"
#include "tools/fraud/echo_server.hpp"

namespace millrace::fraud {

namespace {

LoadOptions load_for(int port) {
  LoadOptions options;
  options.engine = {"127.0.0.1", port};
  options.rate = 20'000;
  options.acknowledge = false;
  options.warm_up_seconds = 0;
  return options;
}

}  // namespace

TEST_CASE("every payment that is echoed counts as decided, and none as an alert") {
  const Population population =
      make_population({.seed = 7, .num_customers = 500, .num_terminals = 100});
  const EchoServer echo;
  TerminalLoad load(population, load_for(echo.port()));

  load.run(0.2, 10);

  const LoadReport report = load.report();
  CHECK(report.payments > 0);
  CHECK(report.decisions == report.payments);
  CHECK(report.waiting == 0);
  CHECK(report.detection.caught + report.detection.false_alarms == 0);
  CHECK(report.latency.p50 > 0);
}

TEST_CASE("the worth of decisions is measured by the labels") {
  Detection detection;
  Transaction fraud;
  fraud.cents = 500;
  fraud.scenario = Scenario::StolenCard;

  detection.add(fraud, true);
  detection.add(fraud, false);
  detection.add(Transaction{}, true);
  detection.add(Transaction{}, false);

  CHECK(detection.recall() == 0.5);
  CHECK(detection.precision() == 0.5);
  CHECK(detection.saved_cents == 500);
  CHECK(detection.lost_cents == 500);
  CHECK(detection.by_scenario[2].caught == 1);
}

}  // namespace millrace::fraud
