#include "tools/fraud/summary.hpp"

#include <fmt/format.h>

namespace millrace::fraud {

namespace {

std::string quantiles_text(const Quantiles& quantiles) {
  return fmt::format("p50 {}  p99 {}  p99.9 {}", duration_text(quantiles.p50),
                     duration_text(quantiles.p99), duration_text(quantiles.p999));
}

std::string scenario_lines(const Detection& detection) {
  std::string text;
  for (std::size_t i = 1; i < kScenarioNames.size(); ++i) {
    const Detection::OfScenario& scenario = detection.by_scenario[i];
    text += fmt::format("    {:<22}{} of {}\n", kScenarioNames[i], grouped(scenario.caught),
                        grouped(scenario.frauds));
  }
  return text;
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string duration_text(std::int64_t ns) {
  const double us = static_cast<double>(ns) / 1e3;
  return us < 1000 ? fmt::format("{:.0f} us", us) : fmt::format("{:.2f} ms", us / 1e3);
}

std::string progress_line(const LoadReport& report) {
  const Detection& seen = report.detection;
  return fmt::format("{:4.0f} s  {:>7} decisions/s  {}  caught {} of {}  false alarms {}{}",
                     report.seconds, grouped(static_cast<std::int64_t>(report.rate)),
                     quantiles_text(report.recent), grouped(seen.caught), grouped(seen.frauds),
                     grouped(seen.false_alarms), report.connected ? "" : "  (no engine)");
}

std::string summary(const LoadReport& report) {
  const Detection& seen = report.detection;
  std::string text = fmt::format(
      "  transactions        {} ({} payments, the rest are reports of fraud)\n"
      "  decisions           {} ({} repeated, {} never came)\n"
      "  latency             {}  (without the first second)\n"
      "  the load's lateness {}\n",
      grouped(report.sent), grouped(report.payments), grouped(report.decisions),
      grouped(report.repeated), grouped(report.waiting + report.undecided),
      quantiles_text(report.latency), quantiles_text(report.lateness));
  text += fmt::format(
      "  frauds caught       {} of {} ({:.1f} %), worth {} of {}\n{}"
      "  false alarms        {} ({:.2f} % of honest payments; precision {:.1f} %)\n",
      grouped(seen.caught), grouped(seen.frauds), 100 * seen.recall(),
      grouped(seen.saved_cents / 100), grouped((seen.saved_cents + seen.lost_cents) / 100),
      scenario_lines(seen), grouped(seen.false_alarms),
      seen.payments == seen.frauds ? 0.0
                                   : 100.0 * static_cast<double>(seen.false_alarms) /
                                         static_cast<double>(seen.payments - seen.frauds),
      100 * seen.precision());
  return text;
}

}  // namespace millrace::fraud
