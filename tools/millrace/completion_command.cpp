#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"

namespace millrace::cli {
namespace {

/// Words of the command line: each command with its flags and the values of its argument, if that is
/// no file.
struct Words {
  std::string command;
  std::string summary;
  std::vector<std::string> flags;
  std::vector<std::string> values;
};

std::vector<std::string> values_of(const std::string& command) {
  if (command == "list") return {"sources", "sinks", "functions"};
  if (command == "checkpoint") return {"ls", "show", "verify", "diff", "repair"};
  if (command == "completion") return {"bash", "zsh", "fish"};
  return {};
}

std::vector<Words> words_of(const CLI::App& app) {
  std::vector<Words> words;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    Words entry{command->get_name(), command->get_description(), {},
                values_of(command->get_name())};
    for (const CLI::Option* option : command->get_options())
      for (const std::string& name : option->get_lnames()) entry.flags.push_back("--" + name);
    words.push_back(std::move(entry));
  }
  return words;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

void print_bash(const std::vector<Words>& words) {
  std::cout << "_millrace() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
               "  case \"${COMP_CWORD}:${COMP_WORDS[1]}\" in\n    1:*) words=\"";
  for (const Words& entry : words) std::cout << entry.command << " ";
  std::cout << "\" ;;\n";
  for (const Words& entry : words) {
    std::cout << "    *:" << entry.command << ") words=\"" << joined(entry.values) << "\"\n"
              << "      [[ $word == -* ]] && words=\"" << joined(entry.flags) << "\" ;;\n";
  }
  std::cout << "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
               "complete -o default -F _millrace millrace\n";
}

void print_zsh(const std::vector<Words>& words) {
  std::cout << "#compdef millrace\nautoload -U +X bashcompinit && bashcompinit\n";
  print_bash(words);
}

void print_fish(const std::vector<Words>& words) {
  for (const Words& entry : words) {
    std::cout << "complete -c millrace -n __fish_use_subcommand -a " << entry.command << " -d '"
              << entry.summary << "'\n";
    for (const std::string& flag : entry.flags)
      std::cout << "complete -c millrace -n '__fish_seen_subcommand_from " << entry.command
                << "' -l " << flag.substr(2) << "\n";
    if (!entry.values.empty())
      std::cout << "complete -c millrace -n '__fish_seen_subcommand_from " << entry.command
                << "' -f -a '" << joined(entry.values) << "'\n";
  }
}

int print_completion(const CLI::App& app, const std::string& shell) {
  const auto words = words_of(app);
  if (shell == "bash") return print_bash(words), finish(0);
  if (shell == "zsh") return print_zsh(words), finish(0);
  if (shell == "fish") return print_fish(words), finish(0);
  return fail(ErrorKind::Usage, "completion: unknown shell: '" + shell + "'",
              "write bash, zsh or fish");
}

}  // namespace

void add_completion(CLI::App& app, const Choose& choose) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print completions for a shell.");
  command->add_option("shell", *shell, "bash, zsh or fish.")->required();
  command->callback([=, &app] { choose([shell, &app] { return print_completion(app, *shell); }); });
}

}  // namespace millrace::cli
