#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "case_run.hpp"
#include "color.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "topology/diagnostics.hpp"

namespace millrace::cli {
namespace {

struct Flags {
  std::vector<std::string> files;
  std::string junit;
};

struct FileResult {
  std::string file;
  std::vector<CaseResult> cases;
};

std::string xml_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else if (static_cast<unsigned char>(c) >= ' ' || c == '\n') out += c;
  }
  return out;
}

std::size_t num_failed(const FileResult& file) {
  return static_cast<std::size_t>(std::count_if(file.cases.begin(), file.cases.end(),
                                                [](const CaseResult& one) { return !one.ok(); }));
}

std::string reason(const CaseResult& one) {
  std::string text = one.error;
  for (const std::string& difference : one.differences) text += (text.empty() ? "" : "\n") + difference;
  return text;
}

/// The form that build servers read.
void write_junit(std::ostream& out, const std::vector<FileResult>& files) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileResult& file : files) {
    out << "  <testsuite name=\"" << xml_text(file.file) << "\" tests=\"" << file.cases.size()
        << "\" failures=\"" << num_failed(file) << "\">\n";
    for (const CaseResult& one : file.cases) {
      out << "    <testcase name=\"" << xml_text(one.name) << "\"";
      if (one.ok())
        out << "/>\n";
      else
        out << ">\n      <failure>" << xml_text(reason(one)) << "</failure>\n    </testcase>\n";
    }
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
}

void print(const FileResult& file) {
  for (const CaseResult& one : file.cases) {
    std::cout << (one.ok() ? "ok      " : "FAILED  ") << file.file << ": " << one.name << "\n";
    if (!one.error.empty()) std::cout << "        " << one.error << "\n";
    for (const std::string& difference : one.differences) std::cout << "        " << difference << "\n";
  }
}

int run_tests(const Flags& flags) {
  std::vector<FileResult> results;
  std::size_t failed = 0;
  for (const std::string& path : flags.files) {
    const auto file = read_case_file(path);
    if (!file) {
      std::cerr << colored(render_diagnostic(file.error(), {})) << "\n";
      return finish(static_cast<int>(file.error().kind));
    }
    FileResult& result = results.emplace_back(FileResult{path, {}});
    for (const TopologyCase& one : file->cases) result.cases.push_back(run_case(file->topology, one));
    print(result);
    failed += num_failed(result);
  }
  if (!flags.junit.empty()) {
    std::ofstream out(flags.junit);
    write_junit(out, results);
    if (!out.flush())
      return fail(ErrorKind::CannotCreate, "test: cannot write '" + flags.junit + "'",
                  "name a file that may be written");
  }
  return finish(failed == 0 ? 0 : static_cast<int>(ErrorKind::QueryFailed));
}

}  // namespace

void add_test(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("test", "Run the cases of topologies in virtual time.");
  command->add_option("files", flags->files, "Files of cases (docs/testing_topologies.md).")->required();
  command->add_option("--junit", flags->junit, "Also write the results as JUnit XML.");
  command->callback([=] { choose([flags] { return run_tests(*flags); }); });
}

}  // namespace millrace::cli
