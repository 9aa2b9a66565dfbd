#pragma once

#include <functional>
#include <string>

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
};

/// Writes records out on one subtask, in two phases so that an epoch becomes visible as a whole where
/// the outside can. `write`, `prepare`, `commit` and `rollback` come from one thread at a time. `done`
/// may be called inside the call or later from any thread, exactly once.
class Sink {
 public:
  virtual ~Sink() = default;

  virtual Status open(SinkContext& context) = 0;
  virtual Result<WriteStatus> write(const RecordBatch& batch) = 0;
  /// Makes the rows since the last `prepare` durable, but not visible where the sink is transactional.
  virtual void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) = 0;
  /// Makes a prepared epoch visible. Idempotent: recovery calls it again with the token.
  virtual void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) = 0;
  /// Drops what was written but never prepared, and prepared epochs that were never committed.
  virtual void rollback() {}
  /// No row follows, every epoch that was prepared is committed. Last call.
  virtual Status close() { return {}; }
  /// True when `write` may block the thread: the runtime gives the sink a thread of its own.
  virtual bool is_blocking() const { return false; }
};

}  // namespace millrace
