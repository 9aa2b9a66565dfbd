#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>

#include "color.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "line_editor.hpp"
#include "sql_shell.hpp"
#include "topology/diagnostics.hpp"

namespace millrace::cli {
namespace {

struct Flags {
  std::vector<std::string> statements;
  std::string file;
  SessionSettings settings;
};

/// Runs statements until one fails; gives the exit code. `name`: of the text, in messages.
int run_all(SqlShell& shell, const std::string& text, const std::string& name) {
  for (const std::string& statement : split_statements(text)) {
    auto printed = shell.run(statement);
    if (printed) {
      std::cout << *printed << std::flush;
      continue;
    }
    Error& error = printed.error();
    if (error.origin.line > 0 && error.origin.file.empty()) error.origin.file = name;
    std::cerr << colored(render_diagnostic(error, {{name, text}})) << "\n";
    return static_cast<int>(printed.error().kind);
  }
  return 0;
}

/// MILLRACE_HISTORY, or .millrace_history in the home folder; MILLRACE_HISTORY= keeps none.
std::string history_file() {
  if (const char* chosen = std::getenv("MILLRACE_HISTORY")) return chosen;
  const char* home = std::getenv("HOME");
  return home ? std::string(home) + "/.millrace_history" : std::string();
}

bool is_quit(const std::string& line) {
  return line == "quit" || line == "exit" || line == "quit;" || line == "exit;";
}

// A statement may have several lines; it ends with a semicolon.
int run_interactively(SqlShell& shell) {
  LineEditor editor([&shell] { return shell.words(); }, history_file());
  std::cerr << "Statements end with `;`. Tab completes, `quit` ends.\n";
  std::string text;
  while (auto line = editor.read(text.empty() ? "millrace> " : "       -> ")) {
    if (text.empty() && is_quit(*line)) break;
    if (line->empty()) {
      text.clear();
      continue;
    }
    text += *line + "\n";
    if (line->find_last_not_of(" \t") == std::string::npos ||
        (*line)[line->find_last_not_of(" \t")] != ';')
      continue;
    (void)run_all(shell, text, "sql");
    text.clear();
  }
  return 0;
}

int run_sql(const Flags& flags) {
  SqlShell shell(flags.settings);
  if (!flags.statements.empty()) {
    int code = 0;
    for (const std::string& statement : flags.statements)
      if (code == 0) code = run_all(shell, statement, "sql");
    return finish(code);
  }
  if (flags.file.empty() && isatty(STDIN_FILENO) != 0) return finish(run_interactively(shell));
  std::ifstream file;
  if (!flags.file.empty()) file.open(flags.file, std::ios::binary);
  if (!flags.file.empty() && !file)
    return fail(ErrorKind::InputMissing, "sql: file not found: '" + flags.file + "'",
                "name an existing file");
  std::istream& input = flags.file.empty() ? std::cin : file;
  return finish(run_all(shell, {std::istreambuf_iterator<char>(input), {}},
                        flags.file.empty() ? "sql" : flags.file));
}

}  // namespace

void add_sql(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand(
      "sql", "SQL over files and memory tables: a shell, or statements from -e, -f or standard input.");
  command->add_option("-e,--execute", flags->statements, "Statements to run. Repeatable.")
      ->allow_extra_args(false);
  command->add_option("-f,--file", flags->file, "File of statements.");
  command->add_option("--time-zone", flags->settings.time_zone, "Session time zone.");
  command->add_flag("--ansi,!--no-ansi", flags->settings.ansi, "ANSI errors (the default).");
  command->callback([=] { choose([flags] { return run_sql(*flags); }); });
}

}  // namespace millrace::cli
