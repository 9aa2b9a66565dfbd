#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "prepared_topology.hpp"

namespace millrace::cli {
namespace {

struct Flags {
  TopologyRequest topology;
  bool deny_warnings = false;
};

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void print_state_bounds(const ExecutionPlan& plan) {
  for (const ExecutionNode& node : plan.nodes)
    for (const PlanNote& note : node.notes)
      if (note.topic == "state") std::cout << "  " << node.name << ": " << note.text << "\n";
}

int validate(const Flags& flags) {
  auto prepared = prepare(flags.topology);
  if (!prepared)
    return fail(prepared.error().kind, prepared.error().message, prepared.error().fix);
  print_warnings(*prepared);
  if (!prepared->errors.empty()) {
    if (!prepared->loaded.warnings.empty()) std::cerr << "\n";
    print_errors(*prepared);
    std::cerr << "\n" << counted(prepared->errors.size(), "error") << "\n";
    return finish(topology_exit_code(prepared->errors));
  }
  if (flags.deny_warnings && !prepared->loaded.warnings.empty())
    return finish(static_cast<int>(ErrorKind::Config));
  std::cout << prepared->loaded.name << ": valid, "
            << counted(prepared->plan->nodes.size(), "node") << ", "
            << counted(prepared->loaded.outputs.size(), "sink") << "\n";
  print_state_bounds(*prepared->plan);
  return finish(0);
}

}  // namespace

void add_validate(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("validate", "Check a topology file and report every mistake in it.");
  command->add_option("file", flags->topology.file, "Topology file, or - for standard input.")
      ->required();
  command->add_option("--set", flags->topology.overrides, "Override a value: path=value.")
      ->allow_extra_args(false);
  command->add_option("--trigger", flags->topology.trigger, "Trigger instead of the file's.");
  command->add_flag("--deny-warnings", flags->deny_warnings, "Fail when there is a warning.");
  command->callback([=] { choose([flags] { return validate(*flags); }); });
}

}  // namespace millrace::cli
