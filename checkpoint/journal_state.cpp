#include "checkpoint/journal_payload.hpp"
#include "checkpoint/journal_recovery.hpp"

namespace millrace {
namespace {

Error unreadable(const char* what, const CommittedEpoch& epoch) {
  return to_error(
      {epoch.end.segment == 0 ? base_name(epoch.epoch) : segment_name(epoch.end.segment),
       epoch.end.offset - epoch.num_bytes,
       std::string("the checksums are right, but a ") + what + " record cannot be read"});
}

void add_table(CollectedState& node, const DeltaView::Table& delta) {
  for (RecoveredState::Table& table : node.tables)
    if (table.name == delta.name) return table.encoded.push_back(delta.changes);
  node.tables.push_back({std::string(delta.name), delta.value_size, {delta.changes}});
}

void add_delta(CollectedState& node, DeltaView delta) {
  for (const DeltaView::Table& table : delta.tables) add_table(node, table);
  if (delta.run > node.run) node.numbers.clear();
  node.run = std::max(node.run, delta.run);
  for (FrozenState::Number& number : delta.numbers) {
    std::pair key(delta.subtask.subtask, number.name);
    node.numbers.insert_or_assign(std::move(key), std::move(number));
  }
}

std::map<std::string, RecoveredState> without_subtasks(
    std::map<std::string, CollectedState> nodes) {
  std::map<std::string, RecoveredState> states;
  for (auto& [name, node] : nodes) {
    RecoveredState& state = states[name];
    state.tables = std::move(node.tables);
    for (auto& [key, number] : node.numbers) state.numbers.push_back(std::move(number));
  }
  return states;
}

Status add_outputs(const CommittedEpoch& epoch, RecoveredCheckpoint& checkpoint) {
  const std::int64_t confirmed = checkpoint.last->sinks_committed;
  if (number(epoch.epoch) <= confirmed) return {};
  for (const std::string_view payload : epoch.outputs) {
    auto output = decode_output(payload);
    if (!output) return unreadable("output", epoch);
    if (number(output->epoch) > confirmed) checkpoint.outputs.push_back(std::move(*output));
  }
  return {};
}

}  // namespace

Result<std::map<std::string, CollectedState>> collect_state(const JournalContents& contents) {
  std::map<std::string, CollectedState> nodes;
  for (const CommittedEpoch& epoch : contents.epochs) {
    for (const std::string_view payload : epoch.deltas) {
      auto delta = decode_delta(payload);
      if (!delta) return unreadable("delta", epoch);
      CollectedState& node = nodes[delta->subtask.node];
      add_delta(node, std::move(*delta));
    }
  }
  return nodes;
}

Result<RecoveredCheckpoint> build_checkpoint(const JournalContents& contents) {
  RecoveredCheckpoint checkpoint;
  for (const PlannedEpoch& planned : contents.plans) {
    auto plan = decode_plan(planned.plan);
    if (!plan)
      return make_error(ErrorKind::BadData, "a plan record cannot be read: epoch " +
                                                std::to_string(number(planned.epoch)));
    checkpoint.reruns.push_back(std::move(*plan));
  }
  if (contents.epochs.empty()) return checkpoint;
  checkpoint.last = decode_commit(contents.epochs.back().commit);
  if (!checkpoint.last) return unreadable("commit", contents.epochs.back());
  CommitRecord& last = *checkpoint.last;
  if (contents.head && contents.head->epoch == last.epoch)
    last.sinks_committed = std::max(last.sinks_committed,
                                    static_cast<std::int64_t>(contents.head->shown_below) - 1);
  auto state = collect_state(contents);
  if (!state) return state.error();
  checkpoint.state = without_subtasks(std::move(*state));
  for (const CommittedEpoch& epoch : contents.epochs)
    if (Status added = add_outputs(epoch, checkpoint); !added) return added.error();
  return checkpoint;
}

}  // namespace millrace
