// The benchmark suite. `millrace bench` runs this program.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/bench/suite/budgets.hpp"
#include "tools/bench/suite/environment.hpp"
#include "tools/bench/suite/peers.hpp"
#include "tools/bench/suite/report.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

using nlohmann::json;

constexpr int kUsage = 64, kInputMissing = 66, kCannotCreate = 73;

struct Arguments {
  std::vector<std::string> jobs, peers;
  std::string out = "results.json";
  SuiteOptions options;
  bool is_poisson = false;
  std::string input, other, html, markdown;
};

bool is_wanted(const Arguments& arguments, const std::string& job) {
  const auto& jobs = arguments.jobs;
  return jobs.empty() || std::find(jobs.begin(), jobs.end(), job) != jobs.end();
}

int fail(int code, const std::string& message) {
  std::cerr << "error: " << message << "\n";
  return code;
}

void print_jobs() {
  for (const InProcessJob& job : in_process_jobs())
    std::cout << fmt::format("{:<4} {}\n", job.name, job.what);
  for (const TcpJob& job : tcp_jobs())
    std::cout << fmt::format("{:<4} {}, over TCP\n", job.name, job.what);
  std::cout << "NEXMark queries, in process:";
  for (const std::string& query : nexmark_queries()) std::cout << " " << query;
  std::cout << "\n";
}

bool is_query(const std::string& name) {
  const auto& queries = nexmark_queries();
  return std::find(queries.begin(), queries.end(), name) != queries.end();
}

bool is_known(const std::string& name) {
  if (name == "nexmark" || is_query(name)) return true;
  const auto has_name = [&](const auto& job) { return job.name == name; };
  return std::any_of(tcp_jobs().begin(), tcp_jobs().end(), has_name) ||
         std::any_of(in_process_jobs().begin(), in_process_jobs().end(), has_name);
}

bool write(const std::string& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text;
  return stream.good();
}

int write_results(const Results& results, const json& where, const Arguments& arguments) {
  const json document = to_json(results, where);
  if (!write(arguments.out, document.dump(1)))
    return fail(kCannotCreate, "cannot write: '" + arguments.out + "'");
  std::cout << markdown_report(document);
  return 0;
}

int run(const Arguments& arguments) {
  for (const std::string& job : arguments.jobs)
    if (!is_known(job))
      return fail(kUsage, "unknown job: '" + job + "'; `millrace bench list` names them");
  const json where = environment();
  std::cerr << "# " << where["line"].get<std::string>() << "\n";
  Results results;
  for (const InProcessJob& job : in_process_jobs())
    if (is_wanted(arguments, job.name)) job.run(arguments.options, results);
  for (const TcpJob& job : tcp_jobs())
    if (is_wanted(arguments, job.name)) run_over_tcp(job, arguments.options, results);
  if (is_wanted(arguments, "nexmark")) run_nexmark({}, arguments.options, results);
  std::vector<std::string> queries;
  for (const std::string& job : arguments.jobs)
    if (is_query(job)) queries.push_back(job);
  if (!queries.empty()) run_nexmark(queries, arguments.options, results);
  return write_results(results, where, arguments);
}

/// Empty when all are known.
std::string first_unknown(const std::vector<std::string>& names, const std::vector<std::string>& known) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) == known.end();
  });
  return found == names.end() ? "" : *found;
}

int peers(const Arguments& arguments) {
  if (const std::string job = first_unknown(arguments.jobs, peer_jobs()); !job.empty())
    return fail(kUsage, fmt::format("no peer has the job: '{}'; known: {}", job, fmt::join(peer_jobs(), " ")));
  if (const std::string peer = first_unknown(arguments.peers, peer_names()); !peer.empty())
    return fail(kUsage, fmt::format("unknown peer: '{}'; known: {}", peer, fmt::join(peer_names(), " ")));
  const json where = environment();
  std::cerr << "# " << where["line"].get<std::string>() << "\n";
  Results results;
  run_peers(arguments.jobs, arguments.peers, arguments.options, results);
  return write_results(results, where, arguments);
}

/// Null when the file is not there or not a results file; the error is printed.
json read_results(const std::string& file) {
  std::ifstream stream(file);
  json document = json::parse(stream, nullptr, false);
  if (document.is_object() && document.value("format", 0) == 1) return document;
  fail(kInputMissing, "not a results file of `millrace bench run`: '" + file + "'");
  return nullptr;
}

int report(const Arguments& arguments) {
  const json document = read_results(arguments.input);
  if (document.is_null()) return kInputMissing;
  const std::string markdown = markdown_report(document);
  if (!arguments.html.empty() && !write(arguments.html, html_report(document)))
    return fail(kCannotCreate, "cannot write: '" + arguments.html + "'");
  if (!arguments.markdown.empty() && !write(arguments.markdown, markdown))
    return fail(kCannotCreate, "cannot write: '" + arguments.markdown + "'");
  if (arguments.markdown.empty()) std::cout << markdown;
  return 0;
}

int compare(const Arguments& arguments) {
  const json before = read_results(arguments.input), after = read_results(arguments.other);
  if (before.is_null() || after.is_null()) return kInputMissing;
  std::cout << comparison(before, after);
  return 0;
}

void add_slices(CLI::App* command, Arguments& arguments) {
  command->add_option("--out", arguments.out, "Results file.")->capture_default_str();
  command->add_option("--seconds", arguments.options.seconds, "Length of a slice.")
      ->capture_default_str();
  command->add_option("--rounds", arguments.options.rounds, "Slices of each system and load.")
      ->capture_default_str();
  command->add_flag("--poisson", arguments.is_poisson, "Random arrivals instead of constant.");
}

void add_run(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand("run", "Run jobs, all by default; results as JSON.");
  command->add_option("jobs", arguments.jobs, "Names that `list` prints; `nexmark` means all its queries.");
  add_slices(command, arguments);
}

void add_peers(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "peers", "Run the same jobs here and on Flink, Jet and Spark, in turn; needs Java and Maven. Results as JSON.");
  command->add_option("jobs", arguments.jobs, "J1 to J4 at 100,000/s, NEXMark queries; all by default.");
  command->add_option("--peer", arguments.peers, "Flink, Jet or Spark; again for more, all by default.");
  add_slices(command, arguments);
}

void add_report(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand("report", "Make a page and a table of a results file.");
  command->add_option("results", arguments.input, "Results file.")->required();
  command->add_option("--html", arguments.html, "File for the page: self-contained, with plots.");
  command->add_option("--markdown", arguments.markdown, "File for the table; else it is printed.");
}

void add_compare(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand("compare", "Say what changed beyond noise.");
  command->add_option("before", arguments.input, "Results file.")->required();
  command->add_option("after", arguments.other, "Results file.")->required();
}

void add_budgets(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "budgets", "Hold the figures that do not depend on the machine to a file of budgets.");
  command->add_option("file", arguments.input, "JSON: name of the figure to the most allowed.")
      ->required();
}

int run_program(int argc, char** argv) {
  CLI::App app("The benchmark suite: floor and engine in turn, figures against targets.",
               "millrace bench");
  app.require_subcommand(1);
  Arguments arguments;
  arguments.options.programs =
      std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  app.add_subcommand("list", "Print the jobs.");
  add_run(app, arguments);
  add_peers(app, arguments);
  add_report(app, arguments);
  add_compare(app, arguments);
  add_budgets(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? 0 : kUsage;
  }
  if (arguments.is_poisson) arguments.options.arrivals = Arrivals::Poisson;
  if (app.got_subcommand("run")) return run(arguments);
  if (app.got_subcommand("peers")) return peers(arguments);
  if (app.got_subcommand("report")) return report(arguments);
  if (app.got_subcommand("compare")) return compare(arguments);
  if (app.got_subcommand("budgets")) return check_budgets(arguments.input);
  print_jobs();
  return 0;
}

}  // namespace

}  // namespace millrace::bench

int main(int argc, char** argv) { return millrace::bench::run_program(argc, argv); }
