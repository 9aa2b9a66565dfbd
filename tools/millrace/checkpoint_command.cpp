#include "checkpoint/journal_payload.hpp"
#include "checkpoint/journal_repair.hpp"
#include "topology/diagnostics.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace millrace::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Flags {
  std::string what;
  std::string location;
  std::vector<std::int64_t> epochs;
  bool as_json = false;
  bool lose_epochs = false;
};

int fail_with(const Error& error, const Flags& flags) {
  std::cerr << render_diagnostic(in_location(flags.location, error), {}) << "\n";
  return finish(static_cast<int>(error.kind));
}

std::string file_of(const CommittedEpoch& epoch) {
  return epoch.end.segment == 0 ? base_name(epoch.epoch) : segment_name(epoch.end.segment);
}

Json as_json(const std::map<SubtaskName, std::string>& texts) {
  Json members = Json::object();
  for (const auto& [name, text] : texts)
    members[fmt::format("{}/{}", name.node, name.subtask)] = text;
  return members;
}

int list_epochs(const JournalContents& contents, const Flags& flags) {
  Json list = Json::array();
  if (!flags.as_json) std::cout << fmt::format("{:>10} {:>12}  {}\n", "epoch", "bytes", "file");
  for (const CommittedEpoch& epoch : contents.epochs) {
    if (flags.as_json)
      list.push_back(
          {{"epoch", number(epoch.epoch)}, {"bytes", epoch.num_bytes}, {"file", file_of(epoch)}});
    else
      std::cout << fmt::format("{:>10} {:>12}  {}\n", number(epoch.epoch), epoch.num_bytes,
                               file_of(epoch));
  }
  if (flags.as_json) std::cout << list.dump(2) << "\n";
  return finish(0);
}

/// Leaves epochs up to the one asked for; none when it is not there.
bool keep_until(JournalContents& contents, std::int64_t epoch) {
  while (!contents.epochs.empty() && number(contents.epochs.back().epoch) > epoch) {
    contents.epochs.pop_back();
    contents.plans.clear();
  }
  return !contents.epochs.empty() && number(contents.epochs.back().epoch) == epoch;
}

Json describe(const RecoveredState& state) {
  Json tables = Json::object();
  for (const RecoveredState::Table& table : state.tables) {
    std::uint64_t bytes = 0;
    std::int64_t changes = 0;
    for (const std::string_view encoded : table.encoded) {
      bytes += encoded.size();
      for (ChangeReader reader(encoded); reader.next();) ++changes;
    }
    tables[table.name] = {{"changes", changes}, {"bytes", bytes}};
  }
  Json numbers = Json::array();
  for (const FrozenState::Number& number : state.numbers)
    numbers.push_back({{"name", number.name}, {"value", number.value}});
  return {{"tables", tables}, {"numbers", numbers}};
}

int no_such_epoch(std::int64_t epoch, const Flags& flags) {
  return fail_with(make_error(ErrorKind::Usage, fmt::format("there is no epoch {}", epoch),
                              "`millrace checkpoint ls LOCATION` lists the epochs"),
                   flags);
}

int show(JournalContents& contents, const Flags& flags) {
  if (!flags.epochs.empty() && !keep_until(contents, flags.epochs[0]))
    return no_such_epoch(flags.epochs[0], flags);
  const auto checkpoint = build_checkpoint(contents);
  if (!checkpoint) return fail_with(checkpoint.error(), flags);
  Json out = Json::object();
  if (checkpoint->last) {
    out["epoch"] = number(checkpoint->last->epoch);
    if (checkpoint->last->watermark) out["watermark"] = *checkpoint->last->watermark;
    out["offsets"] = as_json(checkpoint->last->offsets);
    out["tokens"] = as_json(checkpoint->last->tokens);
    out["sinksCommitted"] = checkpoint->last->sinks_committed;
  }
  for (const PlanRecord& plan : checkpoint->reruns)
    out["plannedEpochs"].push_back(number(plan.epoch));
  out["unconfirmedOutputs"] = checkpoint->outputs.size();
  for (const auto& [node, state] : checkpoint->state) out["state"][node] = describe(state);
  std::cout << out.dump(flags.as_json ? -1 : 2) << "\n";
  return finish(0);
}

int verify(const JournalContents& contents, const Flags& flags) {
  const auto checkpoint = build_checkpoint(contents);
  if (!checkpoint) return fail_with(checkpoint.error(), flags);
  const std::int64_t last = checkpoint->last ? number(checkpoint->last->epoch) : -1;
  const Json out = {{"ok", true},
                    {"lastEpoch", last},
                    {"epochs", contents.epochs.size()},
                    {"segments", contents.segments.size()},
                    {"tornBytes", contents.torn_bytes}};
  if (flags.as_json)
    std::cout << out.dump() << "\n";
  else
    std::cout << fmt::format("whole: {} epochs up to {} in {} segments{}\n", contents.epochs.size(),
                             last, contents.segments.size(),
                             contents.base ? " and a base image" : "");
  return finish(0);
}

/// Changes of state from one epoch to a later one, by node and table, and offsets that moved.
int diff(JournalContents& contents, const Flags& flags) {
  if (flags.epochs.size() != 2 || flags.epochs[0] > flags.epochs[1])
    return fail(ErrorKind::Usage, "checkpoint diff: two epochs are needed, the earlier one first",
                "write `millrace checkpoint diff LOCATION 3 7`");
  if (!keep_until(contents, flags.epochs[1])) return no_such_epoch(flags.epochs[1], flags);
  JournalContents later;
  while (!contents.epochs.empty() && number(contents.epochs.back().epoch) > flags.epochs[0]) {
    later.epochs.insert(later.epochs.begin(), std::move(contents.epochs.back()));
    contents.epochs.pop_back();
  }
  if (!keep_until(contents, flags.epochs[0])) return no_such_epoch(flags.epochs[0], flags);
  const auto before = build_checkpoint(contents);
  const auto after = build_checkpoint(later);
  if (!before) return fail_with(before.error(), flags);
  if (!after) return fail_with(after.error(), flags);
  Json out = {{"from", flags.epochs[0]}, {"to", flags.epochs[1]}};
  out["offsetsBefore"] = as_json(before->last->offsets);
  out["offsetsAfter"] = as_json(after->last ? after->last->offsets : before->last->offsets);
  for (const auto& [node, state] : after->state) out["changes"][node] = describe(state);
  std::cout << out.dump(flags.as_json ? -1 : 2) << "\n";
  return finish(0);
}

int repair(const Flags& flags) {
  const auto report = repair_location(
      real_file_system(), flags.location,
      flags.lose_epochs ? RepairPermission::LoseEpochs : RepairPermission::LoseNothing);
  if (!report) return fail_with(report.error(), flags);
  if (flags.as_json) return std::cout << Json(*report).dump() << "\n", finish(0);
  for (const std::string& line : *report) std::cout << line << "\n";
  if (report->empty()) std::cout << "nothing to repair\n";
  return finish(0);
}

int run_checkpoint(const Flags& flags) {
  if (flags.what == "now") return checkpoint_now(flags.location);
  if (flags.what == "repair") return repair(flags);
  auto contents = inspect_location(real_file_system(), flags.location);
  if (!contents) return fail_with(contents.error(), flags);
  if (contents->damage) return fail_with(to_error(*contents->damage), flags);
  if (flags.what == "ls") return list_epochs(*contents, flags);
  if (flags.what == "show") return show(*contents, flags);
  if (flags.what == "verify") return verify(*contents, flags);
  if (flags.what == "diff") return diff(*contents, flags);
  return fail(ErrorKind::Usage, "checkpoint: nothing is called '" + flags.what + "'",
              "write ls, show, verify, diff, repair or now");
}

}  // namespace

void add_checkpoint(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("checkpoint", "Look at a checkpoint location, or mend it.");
  command->add_option("what", flags->what, "ls, show, verify, diff, repair, or now: complete an epoch.")->required();
  command->add_option("location", flags->location, "The checkpointLocation.")->required();
  command->add_option("epochs", flags->epochs, "show: one epoch; diff: two.");
  command->add_flag("--lose-epochs", flags->lose_epochs, "repair: cut epochs behind a damage.");
  command->add_flag("--json", flags->as_json, "As JSON.");
  command->callback([=] { choose([flags] { return run_checkpoint(*flags); }); });
}

}  // namespace millrace::cli
