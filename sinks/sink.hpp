#pragma once

#include <functional>
#include <string>
#include <vector>

#include "metrics/counters.hpp"
#include "records/event.hpp"
#include "records/result.hpp"

namespace millrace {

/// What a sink needs to take up a prepared epoch again after a crash. Opaque to everybody else.
struct CommitToken {
  std::string bytes;
};

/// Accepted: the rows are the sink's. Full: nothing of the batch was taken; the same batch comes again
/// after the sink called `context.wake`.
enum class WriteStatus { Accepted, Full };

/// What an earlier process left of one subtask of this sink. `outputs`: what it gave to `keep_output`
/// in epochs that are complete and whose `commit` was not confirmed, oldest first; `token`: of the last
/// complete epoch.
struct RecoveredOutput {
  struct Rows {
    Epoch epoch{};
    std::string bytes;
  };
  int subtask = 0;
  std::string token;
  std::vector<Rows> outputs;
};

/// Everything a sink may use. Lives as long as the sink.
struct SinkContext {
  RecordPool& pool;
  SubtaskCounters& counters;
  SchemaPtr schema;
  /// The epoch that rows handed to `write` belong to; kept up to date by the runtime.
  Epoch epoch{};
  int subtask = 0;
  int num_subtasks = 1;
  /// True in complete output mode: the rows of an epoch replace all earlier ones.
  bool complete_mode = false;
  /// True when epochs are micro-batches: one output each, also when it has no rows.
  bool micro_batch = true;
  /// Session zone for rendering timestamps.
  std::string time_zone = "UTC";
  /// Asks for the refused batch again. Safe from any thread.
  std::function<void()> wake{};
  std::function<void(std::string)> warn{};
  /// Identity that survives restarts, for names that the outside keeps: the query's id and the node's
  /// name. Empty: the job keeps no checkpoint.
  std::string durable_name{};
  /// Keeps bytes that become durable with the commit record of the epoch, before `commit` is called,
  /// and come back in `recover` until `commit` was confirmed. To be called before the epoch's `done`,
  /// from any thread. Empty: the job keeps no checkpoint.
  std::function<void(Epoch, std::string)> keep_output{};
};

/// Writes records out on one subtask, in two phases so that an epoch becomes visible as a whole where
/// the outside can. `write`, `prepare`, `commit` and `rollback` come from one thread at a time. `done`
/// may be called inside the call or later from any thread, exactly once.
class Sink {
 public:
  virtual ~Sink() = default;

  virtual Status open(SinkContext& context) = 0;
  /// After `open`, before the first `write` of any subtask: makes visible what an earlier process
  /// prepared and may not have committed. Holds what this subtask's number left; subtask 0 also gets
  /// the numbers that are no more. May block.
  virtual Status recover(const std::vector<RecoveredOutput>& /*left*/) { return {}; }
  virtual Result<WriteStatus> write(const RecordBatch& batch) = 0;
  /// Makes the rows since the last `prepare` durable, but not visible where the sink is transactional.
  virtual void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) = 0;
  /// Makes a prepared epoch visible. Idempotent: recovery calls it again with the token.
  virtual void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) = 0;
  /// Before anything else whenever the runtime runs the sink, so also after `context.wake`.
  virtual void on_wake() {}
  /// Drops what was written but never prepared, and prepared epochs that were never committed.
  virtual void rollback() {}
  /// No row follows, every epoch that was prepared is committed. Last call.
  virtual Status close() { return {}; }
  /// True when `write` may block the thread: the runtime gives the sink a thread of its own.
  virtual bool is_blocking() const { return false; }
};

}  // namespace millrace
