// status, stop, checkpoint now: commands that ask a running job through its control socket.
#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "control_socket.hpp"
#include "exit_code.hpp"
#include "prepared_topology.hpp"

namespace millrace::cli {
namespace {

struct Flags {
  std::string target = {};
  bool drain = false;
};

/// The checkpoint location: the folder itself, or what the topology file says.
Result<std::string> location_of(const std::string& target) {
  std::error_code code;
  if (std::filesystem::is_directory(target, code)) return target;
  if (!std::filesystem::exists(target, code))
    return make_error(ErrorKind::InputMissing, "no such topology file or folder: '" + target + "'",
                      "name the job's topology file or its checkpoint folder");
  auto loaded = load_file({target});
  if (!loaded) return std::move(loaded.error());
  if (loaded->checkpoint_location.empty())
    return make_error(ErrorKind::Config, "'" + target + "' has no checkpointLocation",
                      "name the folder that the job was started with");
  return loaded->checkpoint_location;
}

int ask(const Flags& flags, const std::string& request) {
  const auto location = location_of(flags.target);
  if (!location) return fail(location.error().kind, location.error().message, location.error().fix);
  const auto answer = ask_job(*location, request);
  if (!answer) return fail(answer.error().kind, answer.error().message, answer.error().fix);
  std::cout << *answer << "\n";
  return finish(answer->starts_with("{\"ok\":true") ? 0 : static_cast<int>(ErrorKind::QueryFailed));
}

std::shared_ptr<Flags> target_of(CLI::App& command) {
  auto flags = std::make_shared<Flags>();
  command.add_option("target", flags->target, "The job's topology file or checkpoint folder.")
      ->required();
  return flags;
}

}  // namespace

void add_control(CLI::App& app, const Choose& choose) {
  CLI::App* status = app.add_subcommand("status", "Ask a running job what it does, as JSON.");
  const auto asked = target_of(*status);
  status->callback([=] { choose([asked] { return ask(*asked, "status"); }); });
  CLI::App* stop = app.add_subcommand("stop", "End a running job; a restart goes on from its checkpoint.");
  const auto stopped = target_of(*stop);
  stop->add_flag("--drain", stopped->drain, "First let what was read through.");
  stop->callback([=] {
    choose([stopped] { return ask(*stopped, stopped->drain ? "stop --drain" : "stop"); });
  });
}

int checkpoint_now(const std::string& target) { return ask({target}, "checkpoint now"); }

}  // namespace millrace::cli
