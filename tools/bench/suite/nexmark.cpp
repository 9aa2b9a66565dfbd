#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "tools/bench/child_process.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

struct Query {
  std::string name;        // of its topology file
  double millions = 0;     // events of one run
  double target = 0;       // million events per CPU second; 0: must only run
};

/// Events enough for a second or more of work at the target.
const std::vector<Query>& queries() {
  static const std::vector<Query> all{
      {"q0_numeric", 40, 30}, {"q1_numeric", 40, 30}, {"q2", 40, 30},  {"q7_numeric", 10, 15},
      {"q8_numeric", 20, 15}, {"q0", 20, 10},         {"q1", 20, 10},  {"q3", 10, 4},
      {"q4", 2, 1},           {"q5", 10, 10},         {"q6", 2, 0},    {"q7", 5, 5},
      {"q8", 10, 5},          {"q9", 2, 1},           {"q10", 2, 0},   {"q11", 5, 5},
      {"q12", 5, 5},          {"q13", 5, 0},          {"q14", 10, 5},  {"q15", 2, 1},
      {"q16", 2, 1},          {"q17", 5, 4},          {"q18", 2, 1},   {"q19", 5, 4},
      {"q20", 2, 1},          {"q21", 5, 3},          {"q22", 10, 10}};
  return all;
}

std::string file_of(const Query& query) {
  return std::string(NEXMARK_FOLDER) + "/" + query.name + ".yaml";
}

void write_side_input(const Scratch& scratch) {
  std::filesystem::create_directory(scratch.path() / "side");
  std::string text = "key,value\n";
  for (int i = 0; i < 10'000; ++i) text += fmt::format("{},{}\n", i, i);
  scratch.write("side/side.csv", text);
  setenv("NEXMARK_SIDE", (scratch.path() / "side").c_str(), 1);
  setenv("NEXMARK_OUT", (scratch.path() / "bids").c_str(), 1);
}

/// Million events per CPU second of one run; nothing when the engine failed.
std::optional<double> rate_of(const Query& query, const SuiteOptions& options) {
  const Scratch scratch;
  write_side_input(scratch);
  const auto events = static_cast<std::int64_t>(query.millions * 1e6);
  setenv("NEXMARK_EVENTS", std::to_string(events).c_str(), 1);
  ChildProcess engine({options.programs + "/millrace", "run", file_of(query), "--threads", "1",
                       "--progress", "off", "--log-level", "error"},
                      1, false);
  rusage used{};
  if (engine.wait(&used) != 0) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return query.millions / (seconds(used.ru_utime) + seconds(used.ru_stime));
}

void run_query(const Query& query, const SuiteOptions& options, Results& results) {
  std::cerr << "NEXMark " << query.name << "\n";
  const Scratch scratch;
  write_side_input(scratch);
  if (const std::string reason = refusal(file_of(query), options); !reason.empty()) {
    results.missing.push_back({"NEXMark " + query.name, reason});
    return;
  }
  std::vector<double> rates;
  for (int round = 0; round < std::min(options.rounds, 3); ++round)
    if (const auto rate = rate_of(query, options)) rates.push_back(*rate);
  if (rates.empty()) {
    results.missing.push_back({"NEXMark " + query.name, "the run failed"});
    return;
  }
  Figure figure = make_figure("NEXMark", query.name, "million events per CPU second", rates);
  figure.less_is_better = false;
  hold_to(figure, query.target);
  results.figures.push_back(std::move(figure));
}

}  // namespace

std::optional<double> nexmark_rate(const std::string& name, const SuiteOptions& options) {
  const auto found = std::find_if(queries().begin(), queries().end(),
                                  [&](const Query& query) { return query.name == name; });
  return found == queries().end() ? std::nullopt : rate_of(*found, options);
}

const std::vector<std::string>& nexmark_queries() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Query& query : queries()) result.push_back(query.name);
    return result;
  }();
  return names;
}

void run_nexmark(const std::vector<std::string>& wanted, const SuiteOptions& options,
                 Results& results) {
  for (const Query& query : queries())
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), query.name) != wanted.end())
      run_query(query, options, results);
}

std::string refusal(const std::string& file, const SuiteOptions& options) {
  ChildProcess check({"/bin/sh", "-c", options.programs + "/millrace validate " + file + " 2>&1"},
                     -1, true);
  std::string said;
  char text[4096];
  for (ssize_t n; (n = read(check.output_fd(), text, sizeof text)) > 0;)
    said.append(text, static_cast<std::size_t>(n));
  return check.wait() == 0 ? "" : said.substr(0, said.find('\n'));
}

}  // namespace millrace::bench
