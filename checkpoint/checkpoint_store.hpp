#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/epoch_records.hpp"
#include "checkpoint/file_system.hpp"
#include "checkpoint/subtask_state.hpp"

namespace millrace {

/// What must not change between two runs on one location: stateful nodes with the schema of key and
/// value, and sources. Sinks, filters, triggers and parallelism may. Name to text.
struct TopologyFingerprint {
  std::map<std::string, std::string> nodes;
};

struct CheckpointOptions {
  std::string location;
  TopologyFingerprint fingerprint;
  /// Earlier epochs that stay within reach of `from_epoch`.
  std::int64_t retention = 0;
  /// Go back to this epoch; refused past a committed sink unless `allow_duplicates`.
  std::optional<Epoch> from_epoch;
  bool allow_duplicates = false;
  std::uint64_t segment_bytes = 64ull << 20;
  /// A base image is built when the journal has grown by this, and by the size of the last image.
  std::uint64_t base_image_bytes = 16ull << 20;
};

/// What a location held when it was opened. Views in `state` stay good until `release`.
struct RecoveredCheckpoint {
  /// None: an epoch was planned but none was committed.
  std::optional<CommitRecord> last;
  /// Planned but not committed, in order: must be run again over exactly these ranges.
  std::vector<PlanRecord> reruns;
  /// Rows of sinks that were not confirmed yet.
  std::vector<OutputRecord> outputs;
  /// By node name.
  std::map<std::string, RecoveredState> state;
  /// Things that were mended or look odd, for the user.
  std::vector<std::string> warnings;
};

/// One checkpoint location: query id, journal, base images. One process at a time (a lock). Everything
/// durable happens on the store's own thread (or, `simulated`, when `run_pending` is called), in the
/// order of the calls; `done` is called there and must return soon.
class CheckpointStore {
 public:
  /// Creates or opens. Errors say file, offset, what is wrong and the way out.
  static Result<std::unique_ptr<CheckpointStore>> open(FileSystem& files, CheckpointOptions options,
                                                       bool simulated = false);
  ~CheckpointStore();

  /// Spark's query id, a UUID that survives restarts.
  const std::string& query_id() const;
  /// None: the location is new.
  const RecoveredCheckpoint* recovered() const;
  /// Drops recovered state after every operator has loaded it.
  void release();

  using Done = std::function<void(Status)>;
  /// Durable when `done` is called.
  void write_plan(PlanRecord plan, Done done);
  /// Kept until the next commit; any thread. Deltas of an epoch that is given up belong to the next one.
  void add_delta(Epoch epoch, SubtaskName subtask, FrozenState state);
  void add_output(OutputRecord output);
  /// Writes deltas, outputs and the commit record and syncs once. A full disk is tried again each
  /// second until `close`; `on_storage_full` hears of it. Any other failure is final: every later call fails too.
  void commit(CommitRecord record, Done done);
  /// Every sink has shown this epoch; any thread. It is remembered without a sync, at the latest when
  /// the store is closed, so that a restart after a clean end shows nothing again.
  void confirm(Epoch epoch);
  /// True when the disk became full, false when there was room again.
  void set_on_storage_full(std::function<void(bool)> callback);
  void run_pending();

  /// Durable commits, synced bytes and so on since the start, for progress and tests.
  struct Totals {
    std::int64_t commits = 0;
    std::int64_t syncs = 0;
    std::int64_t journal_bytes = 0;
    std::int64_t change_bytes = 0;
    std::int64_t base_bytes = 0;
  };
  Totals totals() const;

 private:
  struct State;
  explicit CheckpointStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace
