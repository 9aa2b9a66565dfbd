#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "prepared_topology.hpp"
#include "topology/explain.hpp"

namespace millrace::cli {
namespace {

struct Flags {
  TopologyRequest topology;
  std::string format = "tree";
};

int run_explain(const Flags& flags) {
  const auto format = parse_explain_format(flags.format);
  if (!format)
    return fail(ErrorKind::Usage, "explain: unknown format: '" + flags.format + "'",
                "write tree, dot, mermaid or json");
  auto prepared = prepare(flags.topology);
  if (!prepared)
    return fail(prepared.error().kind, prepared.error().message, prepared.error().fix);
  if (!prepared->errors.empty()) {
    print_errors(*prepared);
    return finish(topology_exit_code(prepared->errors));
  }
  std::cout << prepared->loaded.secrets.hidden(explain(
      prepared->loaded.outputs, *prepared->plan, prepared->loaded.settings, *format));
  return finish(0);
}

}  // namespace

void add_explain(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand(
      "explain", "Show plan, partitioning, state and the guarantee of each sink.");
  command->add_option("file", flags->topology.file, "Topology file, or - for standard input.")
      ->required();
  command->add_option("--format", flags->format, "tree, dot, mermaid or json.");
  command->add_option("--set", flags->topology.overrides, "Override a value: path=value.")
      ->allow_extra_args(false);
  command->add_option("--trigger", flags->topology.trigger, "Trigger instead of the file's.");
  command->callback([=] { choose([flags] { return run_explain(*flags); }); });
}

}  // namespace millrace::cli
