#include "tools/bench/suite/flink_nexmark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tools/bench/child_process.hpp"
#include "tools/bench/suite/java_peer.hpp"
#include "tools/bench/suite/nexmark_run.hpp"

namespace millrace::bench {

namespace fs = std::filesystem;

namespace {

/// What the results of both engines have in common.
enum class Rows {
  Same,       // as many in both
  OpenAtEnd,  // Flink also gives the windows that the watermark has not closed when the stream ends
  Timed,      // by the clock of the machine: not empty
};

/// How a query is compared. A million events cost what a run of `last` millions takes beyond one of `first`.
struct Comparison {
  std::string query;
  double first = 0, last = 0;
  Rows rows = Rows::Same;
  std::vector<std::string> key{};  // columns that name a row of ours which a later one replaces
};

/// Lengths: in the first run Flink's code gets compiled, the state of the last one fits its memory, and both together take
/// a minute or so.
const std::vector<Comparison>& comparisons() {
  using enum Rows;
  static const std::vector<Comparison> all{
      {"q0", 10, 100},
      {"q1", 10, 80},
      {"q2", 20, 150},
      {"q3", 10, 50},
      {"q4", 1, 8, Same, {"category"}},
      {"q5", 5, 25, OpenAtEnd},
      {"q6", 1, 8},
      {"q7", 1, 4, OpenAtEnd},
      {"q8", 10, 60, OpenAtEnd},
      {"q9", 1, 5, Same, {"id"}},
      {"q10", 1, 8},
      {"q11", 3, 14, OpenAtEnd},
      {"q12", 5, 25, Timed, {"bidder", "starttime"}},
      {"q13", 10, 50},
      {"q14", 10, 60},
      {"q15", 4, 20, Same, {"day"}},
      {"q16", 0.3, 1.3, Same, {"channel", "day"}},
      {"q17", 8, 35, Same, {"auction", "day"}},
      {"q18", 2, 7, Same, {"bidder", "auction"}},
      {"q19", 2, 8, Same, {"auction", "place"}},
      {"q20", 1, 4},
      {"q21", 3, 15},
      {"q22", 10, 45}};
  return all;
}

const Comparison& comparison_of(const std::string& query) {
  return *std::find_if(comparisons().begin(), comparisons().end(),
                       [&](const Comparison& one) { return one.query == query; });
}

std::int64_t events_of(double millions) { return std::llround(millions * 1e6); }

std::int64_t num_lines(const fs::path& file) {
  std::ifstream stream(file);
  return std::count(std::istreambuf_iterator<char>(stream), {}, '\n');
}

/// Lines of all files that were written below a folder.
std::int64_t num_lines_below(const fs::path& folder) {
  std::int64_t result = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename().string().starts_with("part-"))
      result += num_lines(entry.path());
  return result;
}

/// A run of Flink's program; what failed is said by `failure`.
struct FlinkRun {
  double seconds = 0;  // of the processor, of the whole process
  std::int64_t num_rows = 0;
  std::string failure{};
};

FlinkRun run_flink(const std::string& query, const std::string& class_path, double millions) {
  const Scratch scratch;
  prepare_nexmark(scratch, events_of(millions));
  std::vector<std::string> command = java_command(class_path, "FlinkNexmark");
  command.insert(command.end(), {query, std::to_string(events_of(millions)), scratch.path().string()});
  ChildProcess process(command, 1, true);
  const std::string said = process.read_output();
  rusage used{};
  const int code = process.wait(&used);
  FlinkRun run{cpu_seconds(used)};
  if (code != 0)
    run.failure = said.empty() ? fmt::format("it ended with {}", code) : said.substr(0, said.find('\n'));
  else
    std::from_chars(said.data(), said.data() + said.size(), run.num_rows);
  if (code == 0 && query == "q10") run.num_rows = num_lines_below(scratch.path() / "flink");
  return run;
}

/// CPU seconds for a million events, and how many rows came.
struct Cost {
  double seconds = 0;
  std::int64_t num_rows = 0;
  std::string failure;
};

Cost cost_of_flink(const Comparison& plan, const std::string& class_path) {
  const FlinkRun first = run_flink(plan.query, class_path, plan.first);
  if (!first.failure.empty()) return {0, 0, "Flink: " + first.failure};
  const FlinkRun last = run_flink(plan.query, class_path, plan.last);
  if (!last.failure.empty()) return {0, 0, "Flink: " + last.failure};
  return {(last.seconds - first.seconds) / (plan.last - plan.first), last.num_rows, ""};
}

Cost cost_of_engine(const Comparison& plan, const SuiteOptions& options) {
  const auto seconds = [&](double millions) {
    return nexmark_seconds(plan.query, events_of(millions), options);
  };
  const auto first = seconds(plan.first), last = seconds(plan.last);
  if (!first || !last) return {0, 0, "Millrace: the run failed"};
  return {(*last - *first) / (plan.last - plan.first), 0, ""};
}

/// Empty when the results may be those of the same query.
std::string difference(const Comparison& plan, std::int64_t theirs, std::int64_t ours) {
  // The delay of the watermark and a window, before and after which another one may be.
  constexpr double kOpenMillions = 0.25;
  const double open = plan.rows == Rows::OpenAtEnd ? kOpenMillions / plan.last : 0;
  const auto least = static_cast<double>(ours);
  const bool is_same =
      plan.rows == Rows::Timed || (theirs >= ours && static_cast<double>(theirs) * (1 - open) <= least);
  if (theirs > 0 && ours > 0 && is_same) return "";
  return fmt::format("the results differ: Flink's has {} rows, Millrace's {}", theirs, ours);
}

/// Costs of all rounds.
struct Costs {
  std::vector<double> theirs, ours, ratios;
};

void add_figures(const Comparison& plan, const Costs& costs, std::int64_t theirs, std::int64_t ours,
                 Results& results) {
  const auto add = [&](const std::string& name, const char* unit, std::vector<double> values,
                       double limit) {
    Figure figure = make_figure("NEXMark", plan.query + name, unit, std::move(values));
    hold_to(figure, limit);
    results.figures.push_back(std::move(figure));
  };
  const std::string events = fmt::format(", events {} to {} million: ", plan.first, plan.last);
  constexpr const char* kCost = "CPU seconds per million events";
  add(events + "Flink SQL", kCost, costs.theirs, 0);
  add(events + "Millrace", kCost, costs.ours, 0);
  add(events + "Millrace to Flink SQL", "x", costs.ratios, 0.1);
  const std::string all = fmt::format(", {} million events: ", plan.last);
  add(all + "result of Flink SQL", "rows", {static_cast<double>(theirs)}, 0);
  add(all + "result of Millrace", "rows", {static_cast<double>(ours)}, 0);
}

/// Why there is no figure; empty when there is.
std::string compare(const Comparison& plan, const std::string& class_path,
                    const SuiteOptions& options, Results& results) {
  Costs costs;
  std::int64_t num_rows = 0;
  for (int round = 0; round < options.rounds; ++round) {
    const Cost theirs = cost_of_flink(plan, class_path);
    if (!theirs.failure.empty()) return theirs.failure;
    const Cost ours = cost_of_engine(plan, options);
    if (!ours.failure.empty()) return ours.failure;
    if (theirs.seconds <= 0 || ours.seconds <= 0)
      return "more events cost less than fewer: the machine was not quiet";
    costs.theirs.push_back(theirs.seconds);
    costs.ours.push_back(ours.seconds);
    costs.ratios.push_back(ours.seconds / theirs.seconds);
    num_rows = theirs.num_rows;
  }
  const std::int64_t own_rows =
      nexmark_rows(plan.query, events_of(plan.last), plan.key);
  const std::string differs = difference(plan, num_rows, own_rows);
  if (differs.empty()) add_figures(plan, costs, num_rows, own_rows, results);
  return differs;
}

}  // namespace

const std::vector<std::string>& nexmark_by_the_book() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Comparison& one : comparisons()) result.push_back(one.query);
    return result;
  }();
  return names;
}

void compare_with_flink(const std::string& query, const std::string& class_path,
                        const SuiteOptions& options, Results& results) {
  std::cerr << "NEXMark " << query << " against Flink SQL\n";
  const std::string reason = compare(comparison_of(query), class_path, options, results);
  if (!reason.empty()) results.missing.push_back({"NEXMark " + query, reason});
}

}  // namespace millrace::bench
