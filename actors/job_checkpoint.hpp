#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint_store.hpp"
#include "checkpoint/epoch_coordinator.hpp"
#include "sinks/sink.hpp"
#include "sources/source.hpp"
#include "topology/execution_plan.hpp"

namespace millrace {

/// Where and how a job keeps what it must not lose.
struct CheckpointSettings {
  /// Folder; empty: nothing outlives the process.
  std::string location;
  std::int64_t retention = 0;
  /// Go back to this epoch.
  std::optional<Epoch> from_epoch;
  bool allow_duplicates = false;
  /// Null: the operating system's.
  FileSystem* files = nullptr;
};

/// The checkpoint of one job: translates between the plan's numbers, which a restart may change, and the names
/// that the checkpoint keeps. Used by one thread at a time but for `store`.
class JobCheckpoint {
 public:
  /// Opens the location. Errors: see CheckpointStore.
  static Result<std::unique_ptr<JobCheckpoint>> open(const ExecutionPlan& plan,
                                                     const CheckpointSettings& settings,
                                                     bool simulated);

  CheckpointStore& store() { return *store_; }
  SubtaskName name_of(int node, int subtask) const;
  /// Folder in which source `node` may keep what it needs.
  std::string source_folder(int node) const;

  // What an earlier process left.
  std::optional<Offset> offset_of(int node, int subtask) const;
  /// What a sink subtask has to make visible before anything else; empty when all was confirmed.
  std::vector<RecoveredOutput> outputs_of(int node, int subtask) const;
  /// Null: the node had no state.
  const RecoveredState* state_of(int node) const;
  std::optional<CoordinatorStart> restart() const;
  /// `sources` are (node, subtask) in the coordinator's order.
  std::vector<StartEpoch> reruns(const std::vector<std::pair<int, int>>& sources) const;

  PlanRecord record_of(const WritePlan& plan, const std::vector<std::pair<int, int>>& sources) const;
  CommitRecord record_of(const WriteCommit& commit, std::int64_t now) const;

 private:
  JobCheckpoint(const ExecutionPlan& plan, std::string location);
  int node_called(const std::string& name) const;

  const ExecutionPlan& plan_;
  const std::string location_;
  std::unique_ptr<CheckpointStore> store_;
};

}  // namespace millrace
