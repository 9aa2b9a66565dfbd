#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"

namespace millrace::cli {

void add_version(CLI::App& app, const Choose& choose) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("version", "Print the version.");
  command->add_flag("--json", *as_json, "As JSON.");
  command->callback([=] {
    choose([as_json] {
      if (*as_json)
        std::cout << R"({"name":"millrace","version":")" << MILLRACE_VERSION << R"(","compiler":"g++ )"
                  << __VERSION__ << "\"}\n";
      else
        std::cout << "millrace " << MILLRACE_VERSION << "\n";
      return 0;
    });
  });
}

}  // namespace millrace::cli
