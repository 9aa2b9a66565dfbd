#include "tools/bench/suite/flink_nexmark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "tools/bench/child_process.hpp"
#include "tools/bench/suite/java_peer.hpp"

namespace millrace::bench {

namespace {

double cpu_seconds(const rusage& used) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// CPU seconds of Flink's process over so many events, its start included; nothing when it failed.
std::optional<double> flink_seconds(const std::string& query, const std::string& class_path,
                                    std::int64_t events) {
  std::vector<std::string> command = java_command(class_path, "FlinkNexmark");
  command.push_back(query);
  command.push_back(std::to_string(events));
  ChildProcess process(command, 1, false);
  rusage used{};
  if (process.wait(&used) != 0) return std::nullopt;
  return cpu_seconds(used);
}

/// CPU seconds for a million events beyond the first ones, when everything is compiled.
std::optional<double> flink_cost(const std::string& query, const std::string& class_path) {
  constexpr std::int64_t kFew = 500'000, kMany = 2'500'000;
  const auto few = flink_seconds(query, class_path, kFew);
  const auto many = flink_seconds(query, class_path, kMany);
  if (!few || !many) return std::nullopt;
  return (*many - *few) * 1e6 / (kMany - kFew);
}

}  // namespace

const std::vector<std::string>& flink_queries() {
  static const std::vector<std::string> names{"q0", "q1",  "q2",  "q3",  "q4",  "q5",  "q7",
                                              "q8", "q9",  "q11", "q12", "q15", "q16", "q17",
                                              "q18", "q19", "q20", "q21", "q22"};
  return names;
}

void compare_with_flink(const std::string& query, const std::string& class_path,
                        const SuiteOptions& options, Results& results) {
  std::cerr << "NEXMark " << query << " against Flink SQL\n";
  std::vector<double> ours, theirs, ratios;
  for (int round = 0; round < options.rounds; ++round) {
    const auto rate = nexmark_rate(query, options);
    const auto cost = flink_cost(query, class_path);
    if (!rate || !cost)
      return results.missing.push_back(
          {"NEXMark " + query, rate ? "Flink's run failed" : "the run failed"});
    ours.push_back(1 / *rate);
    theirs.push_back(*cost);
    ratios.push_back(ours.back() / theirs.back());
  }
  const auto add = [&](const char* what, const char* unit, std::vector<double> values, double limit) {
    Figure figure = make_figure("NEXMark", query + ": " + what, unit, std::move(values));
    hold_to(figure, limit);
    results.figures.push_back(std::move(figure));
  };
  add("Flink SQL", "CPU seconds per million events", theirs, 0);
  add("Millrace", "CPU seconds per million events", ours, 0);
  add("Millrace to Flink SQL", "x", ratios, 0.1);
}

}  // namespace millrace::bench
