#include <algorithm>
#include <iostream>
#include <optional>

#include "tools/bench/child_process.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/nexmark_run.hpp"
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

/// Million events per CPU second of one run; nothing when the engine failed.
std::optional<double> rate_of(const Query& query, const SuiteOptions& options) {
  const auto events = static_cast<std::int64_t>(query.millions * 1e6);
  const auto seconds = nexmark_seconds(query.name, events, options);
  return seconds ? std::optional(query.millions / *seconds) : std::nullopt;
}

void run_query(const Query& query, const SuiteOptions& options, Results& results) {
  std::cerr << "NEXMark " << query.name << "\n";
  const Scratch scratch;
  prepare_nexmark(scratch, 1);
  if (const std::string reason = refusal(nexmark_file(query.name), options); !reason.empty()) {
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

const std::vector<std::string>& nexmark_queries() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Query& query : queries()) result.push_back(query.name);
    return result;
  }();
  return names;
}

void run_nexmark(const std::string& name, const SuiteOptions& options, Results& results) {
  const auto query = std::find_if(queries().begin(), queries().end(),
                                  [&](const Query& one) { return one.name == name; });
  if (query != queries().end()) run_query(*query, options, results);
}

std::string refusal(const std::string& file, const SuiteOptions& options) {
  ChildProcess check({"/bin/sh", "-c", options.programs + "/millrace validate " + file + " 2>&1"},
                     -1, true);
  const std::string said = check.read_output();
  return check.wait() == 0 ? "" : said.substr(0, said.find('\n'));
}

}  // namespace millrace::bench
