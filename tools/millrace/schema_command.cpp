#include <iostream>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "topology/json_schema.hpp"

namespace millrace::cli {

void add_schema(CLI::App& app, const Choose& choose) {
  CLI::App* command = app.add_subcommand(
      "schema", "Print the JSON-Schema of topology files, for editors (draft-07).");
  command->callback([=] {
    choose([] {
      std::cout << topology_json_schema(builtin_sources(), builtin_sinks()) << "\n";
      return finish(0);
    });
  });
}

}  // namespace millrace::cli
