#include <malloc.h>

#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "color.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "records/edit_distance.hpp"

namespace millrace::cli {
namespace {

constexpr const char* kExamples =
    "Millrace runs continuous queries over streams with Spark's semantics.\n\n"
    "Examples:\n"
    "  millrace run examples/wordcount_socket.yaml           run a job until it is stopped\n"
    "  millrace run job.yaml --trigger availableNow          read what is there, then end\n"
    "  millrace validate job.yaml                            report every mistake in a file\n";

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string suggestion(const std::string& name, const std::vector<std::string>& known,
                       const std::string& fallback) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? fallback : "did you mean `" + nearest + "`?";
}

// The first flag of the command line that the chosen command does not have, or empty.
std::string unknown_flag(const CLI::App& command, const std::vector<std::string>& arguments,
                         std::vector<std::string>& known) {
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent())
    for (const CLI::Option* option : app->get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (const std::string& argument : arguments) {
    const std::string flag = argument.substr(0, argument.find('='));
    if (flag == "--") return {};
    if (flag.starts_with("--") && !contains(known, flag)) return flag;
  }
  return {};
}

int usage_failure(const CLI::App& app, const std::vector<std::string>& arguments,
                  const CLI::ParseError& failure) {
  const auto chosen = app.get_subcommands();
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  std::vector<std::string> known;
  const std::string flag = unknown_flag(command, arguments, known);
  const std::string help = "`millrace" +
                           (chosen.empty() ? std::string() : " " + command.get_name()) +
                           " --help` lists what there is";
  if (!flag.empty())
    return fail(ErrorKind::Usage, "unknown flag: '" + flag + "'", suggestion(flag, known, help));
  return fail(ErrorKind::Usage, failure.what(), help);
}

int check_command(const CLI::App& app, const std::string& name) {
  if (name.starts_with("-")) return 0;
  const auto known = command_names(app);
  if (contains(known, name)) return 0;
  if (contains(absent_commands(), name))
    return fail(ErrorKind::Usage, "`millrace " + name + "` is not part of this release",
                "`millrace --help` lists the commands that are");
  return fail(ErrorKind::Usage, "unknown command: '" + name + "'",
              suggestion(name, known, "`millrace --help` lists the commands"));
}

int run_program(int argc, char** argv) {
  CLI::App app(kExamples, "millrace");
  app.require_subcommand(1);
  app.fallthrough();
  std::string color = "auto";
  app.add_option("--color", color, "Colours on standard error: auto, always or never.")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.set_version_flag("--version", "millrace " MILLRACE_VERSION);
  Action action;
  const Choose choose = [&](Action chosen) { action = std::move(chosen); };
  add_run(app, choose);
  add_validate(app, choose);
  add_explain(app, choose);
  add_list(app, choose);
  add_schema(app, choose);
  add_version(app, choose);
  add_test(app, choose);
  add_control(app, choose);
  add_infer(app, choose);
  add_sql(app, choose);
  add_checkpoint(app, choose);
  add_completion(app, choose);
  add_bench(app, choose);
  add_export(app, choose);
  add_equiv(app, choose);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    std::cerr << app.help();
    return fail(ErrorKind::Usage, "no command", "name one of the commands above");
  }
  if (const int code = check_command(app, arguments.front()); code != 0) return code;
  try {
    app.parse(argc, argv);
    choose_color(color);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    std::cout << (chosen.empty() ? app.help() : chosen.front()->help("millrace"));
    return 0;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << "\n";
    return 0;
  } catch (const CLI::ParseError& failure) {
    return usage_failure(app, arguments, failure);
  }
  return action();
}

}  // namespace

const std::vector<std::string>& absent_commands() {
  static const std::vector<std::string> names{"tap", "top", "lsp", "new", "gc", "demo"};
  return names;
}

}  // namespace millrace::cli

int main(int argc, char** argv) {
  // Epochs take and free memory many times a second: giving it back to the system each time costs more
  // than what is done with it.
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  return millrace::cli::run_program(argc, argv);
}
