#include "tools/bench/suite/report.hpp"

#include "tools/bench/medians.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>

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
std::string micros(const json& value) { return value.is_null() ? "" : number(value) + " us"; }

/// `| job | what | target | measured | floor | met? |`; ratios stand with what was divided.
std::string target_row(const json& figure) {
  std::string measured =
      fmt::format("{} {}", number(figure["value"]), figure["unit"].get<std::string>());
  if (!figure["engine_us"].is_null()) measured += " (" + micros(figure["engine_us"]) + ")";
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", figure["job"].get<std::string>(),
                     figure["name"].get<std::string>(), figure["target"].get<std::string>(),
                     measured, micros(figure["floor_us"]),
                     figure["reached"].get<bool>() ? "yes" : "**no**");
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
  return fmt::format(
      "{} of {} targets are met.\n\n| job | what | target | measured | floor | met? |\n"
      "|---|---|---|---|---|---|\n{}\n",
      num_met, num_targets, rows);
}

std::string figure_row(const json& figure) {
  return fmt::format("| {} | {} | {} {} | {} to {} | {} | {} |\n", figure["job"].get<std::string>(),
                     figure["name"].get<std::string>(), number(figure["value"]),
                     figure["unit"].get<std::string>(), number(figure["low"]),
                     number(figure["high"]), figure["target"].get<std::string>(), verdict(figure));
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

/// Median over the slices of what `key` holds.
double median_of(const json& series, const char* key) {
  std::vector<double> values;
  for (const json& slice : series["slices"]) values.push_back(slice[key].get<double>());
  return values.empty() ? 0 : median(std::move(values));
}

std::string series_row(const json& series) {
  const json& all = series["latency_us"];
  std::string quantiles;
  for (const json& quantile : all) quantiles += " " + number(quantile[1]) + " |";
  return fmt::format("| {} | {} | {:.0f} | {} | {} |{} {} | {} | {} | {} | {} of {} |\n",
                     series["job"].get<std::string>(), series["transport"].get<std::string>(),
                     series["rate"].get<double>(), series["idle"].get<std::string>(),
                     series["system"].get<std::string>(), quantiles, number(worst_lateness(series)),
                     number(median_of(series, "cpu_seconds_per_million")),
                     number(median_of(series, "waits") + median_of(series, "preemptions")),
                     number(median_of(series, "resident_kib") / 1024), num_dirty(series),
                     series["slices"].size());
}

/// How many slices of all were dirty: what a reader should know first.
std::string dirt(const json& all_series) {
  std::size_t dirty = 0, all = 0;
  for (const json& series : all_series) {
    dirty += static_cast<std::size_t>(num_dirty(series));
    all += series["slices"].size();
  }
  return all == 0 ? ""
                  : fmt::format(
                        "{} of {} slices were dirty: something else kept engine or generator from "
                        "running.\n\n",
                        dirty, all);
}

/// What the quantiles leave out; nothing in results of a time when they left nothing out.
std::string calm(const json& all_series) {
  double share = 0;
  std::size_t count = 0;
  for (const json& series : all_series)
    for (const json& slice : series["slices"])
      if (slice.contains("calm_share")) share += slice["calm_share"].get<double>(), ++count;
  if (count == 0) return "";
  return fmt::format(
      "Quantiles and their ratios are of records that were due while no other program held a core "
      "of system or generator: {:.0f} % of all. What threads of the measured programs did to each "
      "other is left in, and slices with too few such records count whole. Of all records are the "
      "latencies of J9 and J10, those to a commit, and the table at the end; those over Kafka leave out what "
      "held the engine's core only.\n\n",
      100 * share / static_cast<double>(count));
}

std::string key_of(const json& figure) {
  return figure["job"].get<std::string>() + ", " + figure["name"].get<std::string>();
}

/// How much the floor of an absolute latency moved between two runs, as a share: no engine is in
/// it, so the machine did.
double drift_of_floor(const json& a, const json& b) {
  if (a["unit"] != "us" || a["floor_us"].is_null() || b["floor_us"].is_null() || a["floor_us"] == 0)
    return 0;
  return std::abs(b["floor_us"].get<double>() / a["floor_us"].get<double>() - 1);
}

/// How far apart two medians of a figure may be without a change: both spreads together, because
/// machines drift from run to run by more than the slices of one run show, or as much as the floor
/// moved; at least 5 %, as few slices have spreads that are too small now and then.
double noise_of(const json& a, const json& b) {
  const auto spread = [](const json& figure) {
    return figure["high"].get<double>() - figure["low"].get<double>();
  };
  const double share = std::max(0.05, drift_of_floor(a, b));
  return std::max(spread(a) + spread(b), share * std::abs(a["value"].get<double>()));
}

constexpr const char* kNoise =
    "Noise: the quartile spreads of both runs together, for an absolute latency also as much as "
    "its floor moved, and at "
    "least 5 %.\n\n";

std::string change_row(const json& before, const json& after) {
  const double was = before["value"], is = after["value"];
  const bool is_better = (is < was) == after["less_is_better"].get<bool>();
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", key_of(after), number(was), number(is),
                     was == 0 ? "" : number(is / was), number(noise_of(before, after)),
                     is_better ? "better" : "**worse**");
}

}  // namespace

std::string markdown_report(const json& results) {
  const json& where = results["environment"];
  std::string text = fmt::format("# {}, commit {}\n\n", where["date"].get<std::string>(),
                                 where["commit"].get<std::string>());
  text += where["line"].get<std::string>() + "\n\n";
  text += dirt(results["series"]) + calm(results["series"]) + target_table(results["figures"]);
  text += "All figures, medians of the slices with their quartiles.\n\n";
  text += "| job | figure | median | quartiles | target | |\n|---|---|---|---|---|---|\n";
  for (const json& figure : results["figures"]) text += figure_row(figure);
  if (!results["missing"].empty()) text += "\n| not measured | why |\n|---|---|\n";
  for (const json& missing : results["missing"])
    text += fmt::format("| {} | {} |\n", missing["job"].get<std::string>(),
                        missing["reason"].get<std::string>());
  if (results["series"].empty()) return text;
  text +=
      "\nLatency of all slices together, microseconds; a slice is dirty when something else kept "
      "engine or "
      "generator from running.\n\n| job | transport | records/s | idle | system | p50 | p90 | p99 "
      "| p99.9 | "
      "p99.99 | max | generator late, p99 | CPU s per million | context switches | RSS, MiB | "
      "dirty slices |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
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
                     "\nafter:  " + after["environment"]["line"].get<std::string>() + "\n\n" +
                     kNoise;
  std::string rows;
  int num_same = 0, num_changed = 0;
  for (const json& figure : after["figures"]) {
    const auto found = old.find(key_of(figure));
    if (found == old.end()) continue;
    const double change =
        std::abs(figure["value"].get<double>() - found->second["value"].get<double>());
    if (change <= noise_of(found->second, figure)) {
      ++num_same;
      continue;
    }
    ++num_changed;
    rows += change_row(found->second, figure);
  }
  if (rows.empty())
    return text + fmt::format("nothing changed beyond noise ({} figures)\n", num_same);
  return text + "| figure | before | after | ratio | noise | |\n|---|---|---|---|---|---|\n" +
         rows +
         fmt::format("\n{} of {} figures changed beyond noise\n", num_changed,
                     num_same + num_changed);
}

}  // namespace millrace::bench
