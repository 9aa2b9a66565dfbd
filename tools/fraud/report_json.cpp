#include "tools/fraud/report_json.hpp"

#include "metrics/progress.hpp"

#include <fmt/format.h>

namespace millrace::fraud {

namespace {

std::string detection_json(const Detection& seen) {
  std::string scenarios;
  for (std::size_t i = 1; i < kScenarioNames.size(); ++i)
    scenarios += fmt::format("{}{{\"name\":{},\"caught\":{},\"frauds\":{}}}", i == 1 ? "" : ",",
                             json_string(kScenarioNames[i]), seen.by_scenario[i].caught,
                             seen.by_scenario[i].frauds);
  return fmt::format(
      "{{\"payments\":{},\"frauds\":{},\"caught\":{},\"falseAlarms\":{},\"savedCents\":{},"
      "\"lostCents\":{},\"byScenario\":[{}]}}",
      seen.payments, seen.frauds, seen.caught, seen.false_alarms, seen.saved_cents, seen.lost_cents,
      scenarios);
}

}  // namespace

std::string quantiles_json(const Quantiles& quantiles) {
  return fmt::format("\"p50\":{},\"p99\":{},\"p999\":{}", quantiles.p50, quantiles.p99,
                     quantiles.p999);
}

std::string report_json(const LoadReport& report) {
  return fmt::format(
      "{{\"connected\":{},\"rate\":{:.1f},\"sent\":{},\"decisions\":{},\"waiting\":{},"
      "\"undecided\":{},\"latency\":{{{}}},\"recent\":{{{}}},\"lateness\":{{{}}},\"detection\":{}}"
      "}",
      report.connected, report.rate, report.sent, report.decisions, report.waiting,
      report.undecided, quantiles_json(report.latency), quantiles_json(report.recent),
      quantiles_json(report.lateness), detection_json(report.detection));
}

}  // namespace millrace::fraud
