#pragma once

#include "checkpoint/checkpoint_store.hpp"
#include "checkpoint/checkpoint_store_base.hpp"
#include "checkpoint/checkpoint_store_journal.hpp"
#include "checkpoint/only_core.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace millrace {

struct PendingDelta {
  Epoch epoch{};
  SubtaskName subtask;
  FrozenState state;
};

/// One call that waits for the thread of a store: a plan, or a commit with what belongs to it.
struct StoreWork {
  std::variant<PlanRecord, CommitRecord> record;
  CheckpointStore::Done done;
  std::vector<PendingDelta> deltas;
  std::vector<OutputRecord> outputs;
};

/// The insides of a CheckpointStore.
struct CheckpointStore::State {
  /// Made on a thread that may use the cores of the job.
  State(FileSystem& file_system, CheckpointOptions with, bool without_threads)
      : files(file_system),
        options(std::move(with)),
        is_simulated(without_threads),
        core_of_job(without_threads ? std::nullopt : only_core()) {}
  ~State();

  Status open();
  Status recover();
  void start_thread();
  void run();
  /// Writes and syncs all of `batch` at once. False: the disk is full, try again.
  bool process(std::vector<StoreWork>& batch);
  void finish(std::vector<StoreWork>& batch, const Status& status);
  Status write(const std::vector<StoreWork>& batch);
  Status sync();
  /// Where the job has one core only, lets go of it for a moment: records wait for one step of a sync, not for all of
  /// them. Short against a sync, but for the slack of the system's timers.
  void rest() const;
  /// Takes note of a base image that is built, and begins the next when it is due.
  void advance_base_images();
  void announce_full(bool is_full);
  bool wait_for_space();
  /// Waits for what the last write led to: the plan of the next epoch and the commit of this one then share a
  /// sync. Short against a sync.
  void gather(std::unique_lock<std::mutex>& guard);
  void enqueue(StoreWork work);

  // Fixed after open.
  FileSystem& files;
  const CheckpointOptions options;
  const bool is_simulated;
  /// None: it has several.
  const std::optional<int> core_of_job;
  std::string query_id;
  std::unique_ptr<FileLock> lock;

  // Of the one who opened.
  std::optional<JournalContents> contents;
  std::optional<RecoveredCheckpoint> recovered;

  // Of the store's thread.
  std::unique_ptr<StoreJournal> journal;
  std::unique_ptr<BaseImageBuilder> base_images;
  std::optional<Error> failure;
  bool is_full = false;
  /// Micro-batches write plans; epochs that flow do not.
  bool writes_plans = false;
  /// -1: none.
  Epoch last_commit{-1};
  std::chrono::steady_clock::duration last_sync{};

  // Guards everything below: any thread hands in, the store's thread takes.
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::vector<StoreWork> queue;
  std::vector<PendingDelta> deltas;
  std::vector<OutputRecord> outputs;
  std::function<void(bool)> on_storage_full;
  Totals totals;
  /// Every sink has shown it; -1: none.
  Epoch confirmed{-1};
  bool is_closing = false;
  std::thread thread;
};

}  // namespace millrace
