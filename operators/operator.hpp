#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "checkpoint/subtask_state.hpp"
#include "expressions/bound_expression.hpp"
#include "metrics/counters.hpp"
#include "records/dead_letter.hpp"
#include "records/event.hpp"

namespace millrace {

/// Spark's output modes.
enum class OutputMode { Append, Update, Complete };

/// What to do with a row whose expression fails.
enum class OnError { Fail, Drop, DeadLetter };

/// When results leave a stateful operator; set by the planner, so that the logical plan and the
/// operator's rules need not know the trigger.
struct EmitPolicy {
  OutputMode mode = OutputMode::Append;
  /// Micro-batch: at the marker. Continuous: update mode after each input batch, append mode when the
  /// watermark passes, complete mode at the marker.
  bool at_marker = true;
};

/// Event times seen by one watermark node in one epoch, microseconds.
struct EventTimeStats {
  std::int64_t count = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
  double sum = 0;
  /// What this node alone would make the watermark: largest event time of the whole job minus the
  /// delay, cut to milliseconds, never below 0, never falling. 0 while nothing was seen.
  std::int64_t watermark = 0;
  /// Nothing came for so long that this node does not count.
  bool is_idle = false;
};

/// Where an operator puts its results. Given for the call; the operator never waits: what does not fit
/// is kept by the runtime, and `is_full` says that the operator should return `More`.
class Output {
 public:
  virtual ~Output() = default;
  virtual void emit(RecordBatch batch) = 0;
  virtual void emit(Watermark watermark) = 0;
  /// For operators that give out watermarks of their own.
  virtual void emit(Activity activity) = 0;
  virtual bool is_full() const = 0;
  /// Whether something reads the rows that come too late; where not, `emit_late` is not called.
  virtual bool takes_late() const = 0;
  /// Rows behind the watermark, as they came in.
  virtual void emit_late(RecordBatch batch) = 0;
};

/// Done: the call is complete. More: call `resume` when the output has room; no other call comes before.
enum class Progress { Done, More };

/// What the job knows and an operator may ask. Safe to call from the subtask's thread.
class JobServices {
 public:
  virtual ~JobServices() = default;
  /// Micro-batch mode: the watermark that the coordinator planned for this epoch. None in continuous
  /// mode and while no event time was seen.
  virtual std::optional<Watermark> planned_watermark(Epoch epoch) const = 0;
  /// Called once an epoch by each watermark node, before it returns from `on_epoch_end`.
  virtual void report_event_time(int node, Epoch epoch, const EventTimeStats& stats) = 0;
  /// Processing time: microseconds since 1970 UTC.
  virtual std::int64_t now_micros() const = 0;
  /// Has `Operator::on_timer` called at or soon after this processing time. One time is kept, the
  /// earliest; it is forgotten when the operator is called for it.
  virtual void wake_at(std::int64_t micros) = 0;
};

/// Everything an operator may use. Lives as long as the operator; not thread-safe.
struct OperatorContext {
  RecordPool& pool;
  EvalContext& eval;
  SubtaskCounters& counters;
  JobServices& services;
  /// Where state is declared; what is not declared is lost when the process ends.
  SubtaskState& state;
  int node = 0;
  int subtask = 0;
  int num_subtasks = 1;
  /// The epoch that records handed to `process` belong to; kept up to date by the runtime.
  Epoch epoch{};
  /// Sends a row that failed to the sink for such rows; empty when there is none.
  std::function<void(const DeadLetter&)> dead_letter{};
};

/// One step of the computation on one subtask. A plain object: no thread, no queue, no actor. The
/// runtime calls one method at a time and always from one thread at a time. Errors of a row go to the
/// `OnError` policy; any other failure is returned by `open` or put in `context.eval.errors` with row
/// ~0u, which fails the job.
class Operator {
 public:
  virtual ~Operator() = default;

  /// Called once, before anything else. The context outlives the operator.
  virtual Status open(OperatorContext& context) = 0;
  /// Rows from input `port`. The batch is the operator's own now.
  virtual Progress process(int port, RecordBatch batch, Output& out) = 0;
  /// The combined watermark of all inputs rose. Operators without event time pass it on.
  virtual Progress on_watermark(Watermark watermark, Output& out) {
    out.emit(watermark);
    return Progress::Done;
  }
  /// The time that `wake_at` was given has come.
  virtual Progress on_timer(std::int64_t /*now_micros*/, Output& /*out*/) { return Progress::Done; }
  /// The marker of `epoch` arrived on all inputs; the runtime forwards it after `Done`.
  virtual Progress on_epoch_end(Epoch /*epoch*/, Output& /*out*/) { return Progress::Done; }
  /// All inputs ended and every one of them was bounded: what is still open becomes final.
  virtual Progress finish(Output& /*out*/) { return Progress::Done; }
  /// Goes on with what returned `More`.
  virtual Progress resume(Output& /*out*/) { return Progress::Done; }
};

}  // namespace millrace
