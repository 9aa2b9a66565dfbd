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

/// Puts the deltas of a location together by node and table, oldest first.
class StateCollector {
 public:
  bool add(std::string_view payload) {
    auto delta = decode_delta(payload);
    if (!delta) return false;
    Node& node = nodes_[delta->subtask.node];
    for (const DeltaView::Table& table : delta->tables) add_table(node, table);
    if (delta->run > node.run) node.numbers.clear();
    node.run = std::max(node.run, delta->run);
    for (FrozenState::Number& number : delta->numbers) {
      std::pair key(delta->subtask.subtask, number.name);
      node.numbers.insert_or_assign(std::move(key), std::move(number));
    }
    return true;
  }

  std::map<std::string, RecoveredState> finish() {
    std::map<std::string, RecoveredState> states;
    for (auto& [name, node] : nodes_) {
      RecoveredState& state = states[name];
      state.tables = std::move(node.tables);
      for (auto& [key, number] : node.numbers) state.numbers.push_back(std::move(number));
    }
    return states;
  }

 private:
  struct Node {
    std::vector<RecoveredState::Table> tables;
    std::map<std::pair<int, std::string>, FrozenState::Number> numbers;
    std::uint64_t run = 0;
  };

  static void add_table(Node& node, const DeltaView::Table& delta) {
    for (RecoveredState::Table& table : node.tables)
      if (table.name == delta.name) return table.encoded.push_back(delta.changes);
    node.tables.push_back({std::string(delta.name), delta.value_size, {delta.changes}});
  }

  std::map<std::string, Node> nodes_;
};

}  // namespace

Result<RecoveredCheckpoint> build_checkpoint(const JournalContents& contents) {
  RecoveredCheckpoint checkpoint;
  if (!contents.plan.empty()) {
    checkpoint.rerun = decode_plan(contents.plan);
    if (!checkpoint.rerun)
      return make_error(ErrorKind::BadData, "checkpoint: the last plan record cannot be read");
  }
  if (contents.epochs.empty()) return checkpoint;
  checkpoint.last = decode_commit(contents.epochs.back().commit);
  if (!checkpoint.last) return unreadable("commit", contents.epochs.back());
  const std::int64_t confirmed = checkpoint.last->sinks_committed;
  StateCollector states;
  for (const CommittedEpoch& epoch : contents.epochs) {
    for (const std::string_view delta : epoch.deltas)
      if (!states.add(delta)) return unreadable("delta", epoch);
    if (number(epoch.epoch) <= confirmed) continue;
    for (const std::string_view payload : epoch.outputs) {
      auto output = decode_output(payload);
      if (!output) return unreadable("output", epoch);
      if (number(output->epoch) > confirmed) checkpoint.outputs.push_back(std::move(*output));
    }
  }
  checkpoint.state = states.finish();
  return checkpoint;
}

}  // namespace millrace
