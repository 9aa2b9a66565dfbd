#include "tools/bench/suite/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace millrace::bench {

using nlohmann::json;

namespace {

std::string number(double value) {
  const double size = std::abs(value);
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  if (size >= 0.01 || size == 0) return fmt::format("{:.2f}", value);
  return fmt::format("{:.6f}", value);
}

std::string verdict(const json& figure) {
  if (figure["reached"].is_null()) return "";
  return figure["reached"].get<bool>() ? "met" : "**missed**";
}

/// A number of microseconds, or nothing.
std::string micros(const json& value) {
  return value.is_null() ? "" : number(value) + " us";
}

/// `| job | what | target | measured | floor | met? |`; ratios stand with what was divided.
std::string target_row(const json& figure) {
  std::string measured = fmt::format("{} {}", number(figure["value"]), figure["unit"].get<std::string>());
  if (!figure["engine_us"].is_null()) measured += " (" + micros(figure["engine_us"]) + ")";
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", figure["job"].get<std::string>(),
                     figure["name"].get<std::string>(), figure["target"].get<std::string>(), measured,
                     micros(figure["floor_us"]), figure["reached"].get<bool>() ? "yes" : "**no**");
}

std::string target_table(const json& figures) {
  std::string rows;
  int num_targets = 0, num_met = 0;
  for (const json& figure : figures) {
    if (figure["reached"].is_null()) continue;
    rows += target_row(figure);
    ++num_targets;
    num_met += figure["reached"].get<bool>();
  }
  if (rows.empty()) return "";
  return fmt::format("{} of {} targets are met.\n\n| job | what | target | measured | floor | met? |\n"
                     "|---|---|---|---|---|---|\n{}\n", num_met, num_targets, rows);
}

std::string figure_row(const json& figure) {
  return fmt::format("| {} | {} | {} {} | {} to {} | {} | {} |\n",
                     figure["job"].get<std::string>(), figure["name"].get<std::string>(),
                     number(figure["value"]), figure["unit"].get<std::string>(),
                     number(figure["low"]), number(figure["high"]),
                     figure["target"].get<std::string>(), verdict(figure));
}

int num_dirty(const json& series) {
  int result = 0;
  for (const json& slice : series["slices"]) result += slice["dirty"].get<bool>();
  return result;
}

/// Largest of a slice's 99th percentiles of generator lateness, microseconds.
double worst_lateness(const json& series) {
  double worst = 0;
  for (const json& slice : series["slices"])
    worst = std::max(worst, slice["lateness_us"][2][1].get<double>());
  return worst;
}

std::string series_row(const json& series) {
  const json& all = series["latency_us"];
  std::string quantiles;
  for (const json& quantile : all) quantiles += " " + number(quantile[1]) + " |";
  return fmt::format("| {} | {} | {:.0f} | {} | {} |{} {} | {} of {} |\n",
                     series["job"].get<std::string>(), series["transport"].get<std::string>(),
                     series["rate"].get<double>(), series["idle"].get<std::string>(),
                     series["system"].get<std::string>(), quantiles,
                     number(worst_lateness(series)), num_dirty(series), series["slices"].size());
}

/// How many slices of all were dirty: what a reader should know first.
std::string dirt(const json& all_series) {
  std::size_t dirty = 0, all = 0;
  for (const json& series : all_series) {
    dirty += static_cast<std::size_t>(num_dirty(series));
    all += series["slices"].size();
  }
  return all == 0 ? "" : fmt::format("{} of {} slices were dirty: something else kept engine or generator from running.\n\n", dirty, all);
}

std::string key_of(const json& figure) {
  return figure["job"].get<std::string>() + ", " + figure["name"].get<std::string>();
}

/// True when the medians are further apart than both spreads together: machines drift from run to run by more than the
/// slices of one run show.
bool has_changed(const json& a, const json& b) {
  const auto spread = [](const json& figure) {
    return figure["high"].get<double>() - figure["low"].get<double>();
  };
  const double before = a["value"], after = b["value"];
  // Few slices have spreads that are too small now and then: 5 % is no change.
  const double noise = std::max(spread(a) + spread(b), 0.05 * std::abs(before));
  return std::abs(before - after) > noise;
}

}  // namespace

std::string markdown_report(const json& results) {
  const json& where = results["environment"];
  std::string text = fmt::format("# {}, commit {}\n\n", where["date"].get<std::string>(),
                                 where["commit"].get<std::string>());
  text += where["line"].get<std::string>() + "\n\n";
  text += dirt(results["series"]) + target_table(results["figures"]);
  text += "All figures, medians of the slices with their quartiles.\n\n";
  text += "| job | figure | median | quartiles | target | |\n|---|---|---|---|---|---|\n";
  for (const json& figure : results["figures"]) text += figure_row(figure);
  if (!results["missing"].empty()) text += "\n| not measured | why |\n|---|---|\n";
  for (const json& missing : results["missing"])
    text += fmt::format("| {} | {} |\n", missing["job"].get<std::string>(),
                        missing["reason"].get<std::string>());
  if (results["series"].empty()) return text;
  text +=
      "\nLatency of all slices together, microseconds; a slice is dirty when something else kept engine or "
      "generator from running.\n\n| job | transport | records/s | idle | system | p50 | p90 | p99 | p99.9 | "
      "p99.99 | max | generator late, p99 | dirty slices |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const json& series : results["series"]) text += series_row(series);
  return text;
}

std::string html_report(const json& results) {
  std::string page = report_page();
  const std::string mark = "RESULTS";
  // `</` would end the script element that the results stand in.
  std::string data = results.dump();
  for (std::size_t at = 0; (at = data.find("</", at)) != std::string::npos; at += 3)
    data.replace(at, 2, "<\\/");
  return page.replace(page.find(mark), mark.size(), data);
}

std::string comparison(const json& before, const json& after) {
  std::map<std::string, json> old;
  for (const json& figure : before["figures"]) old[key_of(figure)] = figure;
  std::string text = "before: " + before["environment"]["line"].get<std::string>() +
                     "\nafter:  " + after["environment"]["line"].get<std::string>() + "\n\n";
  std::string rows;
  int num_same = 0;
  for (const json& figure : after["figures"]) {
    const auto found = old.find(key_of(figure));
    if (found == old.end()) continue;
    const double was = found->second["value"], is = figure["value"];
    if (!has_changed(found->second, figure)) {
      ++num_same;
      continue;
    }
    const bool is_better = (is < was) == figure["less_is_better"].get<bool>();
    rows += fmt::format("| {} | {} | {} | {} | {} |\n", key_of(figure), number(was), number(is),
                        was == 0 ? "" : number(is / was), is_better ? "better" : "**worse**");
  }
  if (rows.empty()) return text + fmt::format("nothing changed beyond noise ({} figures)\n", num_same);
  return text + "| figure | before | after | ratio | |\n|---|---|---|---|---|\n" + rows +
         fmt::format("\n{} figures did not change beyond noise\n", num_same);
}

}  // namespace millrace::bench
