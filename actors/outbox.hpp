#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "actors/channel.hpp"
#include "actors/task_cell.hpp"
#include "operators/operator.hpp"
#include "records/key_encoding.hpp"
#include "sources/source.hpp"
#include "topology/execution_plan.hpp"

namespace millrace {

/// One edge of the plan seen from one subtask above it: the channels below and how rows spread.
struct OutEdge {
  Partitioning partitioning = Partitioning::Forward;
  std::vector<BoundExpressionPtr> keys;
  bool has_watermark = false;
  bool is_late = false;
  std::vector<Channel*> channels;
  /// Takes dead letters and control events, no other records.
  bool dead_letters = false;
};

/// Takes the events of one subtask and puts them into the channels below. Events that find a full
/// channel wait here, in order; while there are any the task takes no input. Nobody blocks.
/// Not thread-safe: only the running task may call it.
class Outbox final : public Output, public SourceOutput {
 public:
  /// `watermark` is set to each watermark that is emitted; may be null.
  Outbox(std::vector<OutEdge> edges, RecordPool& pool, SubtaskCounters& counters, bool hand_off,
         Counter* watermark = nullptr);

  void emit(RecordBatch batch) override;
  void emit(Watermark watermark) override;
  void emit(Activity activity) override;
  bool is_full() const override { return num_waiting_ != 0; }
  bool takes_late() const override { return takes_late_; }
  void emit_late(RecordBatch batch) override;
  /// Records that their policy sends to a sink of their own.
  void emit_dead_letters(RecordBatch batch);
  /// To every channel below.
  void emit(EpochMarker marker);
  void emit(EndOfStream end);

  /// Tries what waits again; true when nothing waits any more.
  bool flush();
  /// Runs the tasks that were fed and idle, on this thread; what does not fit into the slice goes to its
  /// actor.
  void hand_off(TimeSlice& slice);

  /// For the evaluation of hash keys.
  EvalContext& eval() { return eval_; }

 private:
  struct Route {
    OutEdge edge;
    std::optional<KeyEncoder> encoder;
    std::vector<ColumnRef> key_columns;
    std::size_t next = 0;
    std::vector<RecordBatch> parts;
    std::vector<std::deque<Event>> waiting;  // one for each channel
  };

  /// To every route that carries late rows, or to every one that does not.
  void emit_where(bool is_late, RecordBatch batch);
  void route(Route& route, RecordBatch batch);
  void spread_by_hash(Route& route, RecordBatch batch);
  /// To the channels that watermarks travel on.
  template <class Control>
  void emit_with_watermarks(Control control);
  void push(Route& route, std::size_t channel, Event event);
  void signal(Channel& channel, Partitioning partitioning);
  /// Whether this thread may run what is below the channel.
  bool hands_over(Channel& channel, Partitioning partitioning) const {
    return hand_off_ && partitioning == Partitioning::Forward && channel.reader().may_run_inline();
  }

  RecordPool& pool_;
  SubtaskCounters& counters_;
  EvalContext eval_;
  const bool hand_off_;
  Counter* const watermark_;
  std::vector<Route> routes_;
  bool takes_late_ = false;
  std::size_t num_result_routes_ = 0;  // those for dead letters stand behind
  std::size_t num_waiting_ = 0;
  std::vector<TaskCell*> claimed_;
};

}  // namespace millrace
