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

bool write_text(const std::string& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text;
  return stream.good();
}

/// The results file, which is whole whenever the run is stopped.
class ResultsFile {
 public:
  explicit ResultsFile(std::string name) : name_(std::move(name)), environment_(environment()) {
    std::cerr << "# " << environment_["line"].get<std::string>() << "\n";
  }

  bool write(const Results& results) const {
    const std::string text = to_json(results, environment_).dump(1);
    std::error_code failure;
    if (std::filesystem::is_other(name_, failure)) return write_text(name_, text);  // /dev/null
    const std::string unfinished = name_ + ".part";
    if (!write_text(unfinished, text)) return false;
    std::filesystem::rename(unfinished, name_, failure);
    return !failure;
  }
  /// Writes and prints all; the exit code.
  int finish(const Results& results) const {
    if (!write(results)) return fail(kCannotCreate, "cannot write: '" + name_ + "'");
    std::cout << markdown_report(to_json(results, environment_));
    return 0;
  }

 private:
  const std::string name_;
  const json environment_;
};

int run(const Arguments& arguments) {
  for (const std::string& job : arguments.jobs)
    if (!is_known(job))
      return fail(kUsage, "unknown job: '" + job + "'; `millrace bench list` names them");
  const ResultsFile file(arguments.out);
  Results results;
  for (const InProcessJob& job : in_process_jobs())
    if (is_wanted(arguments, job.name)) {
      job.run(arguments.options, results);
      file.write(results);
    }
  for (const TcpJob& job : tcp_jobs())
    if (is_wanted(arguments, job.name)) {
      run_over_tcp(job, arguments.options, results);
      file.write(results);
    }
  for (const std::string& query : nexmark_queries())
    if (is_wanted(arguments, "nexmark") || is_wanted(arguments, query)) {
      run_nexmark(query, arguments.options, results);
      file.write(results);
    }
  return file.finish(results);
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
  const ResultsFile file(arguments.out);
  Results results;
  run_peers(
      arguments.jobs, arguments.peers, arguments.options,
      [&](const Results& so_far) { file.write(so_far); }, results);
  return file.finish(results);
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
  if (!arguments.html.empty() && !write_text(arguments.html, html_report(document)))
    return fail(kCannotCreate, "cannot write: '" + arguments.html + "'");
  if (!arguments.markdown.empty() && !write_text(arguments.markdown, markdown))
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
