#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"

namespace millrace::cli {
namespace {

/// Becomes the suite's program, which lies beside this one.
int run_suite(const std::vector<std::string>& arguments) {
  std::error_code code;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", code).parent_path();
  const std::string program = (folder / "millrace_suite").string();
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> command;
  for (std::string& word : words) command.push_back(word.data());
  command.push_back(nullptr);
  execv(program.c_str(), command.data());
  return fail(ErrorKind::InputMissing,
              "the benchmark suite cannot be run: '" + program + "': " + std::strerror(errno),
              "build the target millrace_suite (CMake option MILLRACE_BUILD_BENCH)");
}

}  // namespace

void add_bench(CLI::App& app, const Choose& choose) {
  auto arguments = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand(
      "bench", "Run the benchmark suite: list, run, report, compare. `millrace bench run --help`.");
  command->prefix_command();
  command->fallthrough(false);
  command->set_help_flag();
  command->callback([=] {
    *arguments = command->remaining();
    choose([arguments] { return run_suite(*arguments); });
  });
}

}  // namespace millrace::cli
