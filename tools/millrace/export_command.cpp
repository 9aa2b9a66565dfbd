#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "prepared_topology.hpp"
#include "spark_topology.hpp"

namespace millrace::cli {
namespace {

struct Flags {
  TopologyRequest topology;
  std::string output;
};

int write_program(const std::string& program, const std::string& path) {
  if (path.empty() || path == "-") {
    std::cout << program;
    return finish(0);
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << program;
  file.close();
  if (!file)
    return fail(ErrorKind::CannotCreate, "export: file cannot be written: '" + path + "'",
                "name a file in a folder that you may write to");
  return finish(0);
}

int export_spark(const Flags& flags) {
  auto exported = export_for_spark(flags.topology);
  if (!exported) return exported.error();
  return write_program(exported->program, flags.output);
}

}  // namespace

void add_export(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("export", "Write a topology as a program for another engine.");
  command->require_subcommand(1);
  CLI::App* spark = command->add_subcommand("spark", "Write a PySpark program.");
  spark->add_option("file", flags->topology.file, "Topology file, or - for standard input.")
      ->required();
  spark->add_option("-o,--output", flags->output, "File of the program; else standard output.");
  spark->add_option("--set", flags->topology.overrides, "Override a value: path=value.")
      ->allow_extra_args(false);
  spark->add_option("--trigger", flags->topology.trigger, "Trigger instead of the file's.");
  spark->add_option("--checkpoint", flags->topology.checkpoint, "Folder of the job's checkpoints.");
  spark->callback([=] { choose([flags] { return export_spark(*flags); }); });
}

}  // namespace millrace::cli
