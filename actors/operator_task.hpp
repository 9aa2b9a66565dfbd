#pragma once

#include <memory>
#include <vector>

#include "actors/dead_letter_box.hpp"
#include "actors/input_set.hpp"
#include "actors/job_events.hpp"
#include "actors/outbox.hpp"
#include "actors/task_cell.hpp"

namespace millrace {

/// Drives one operator: hands it the events of its inputs in order, keeps what does not fit below,
/// forwards markers when the operator is through with them and reports each to the job.
class OperatorTask final : public Task, private JobServices {
 public:
  OperatorTask(TaskPlace place, std::unique_ptr<Operator> logic, std::vector<InputChannel> inputs,
               std::vector<OutEdge> edges, bool bounded, bool stateful, bool hand_off,
               SubtaskCounters& counters);

  /// Opens the operator and loads what an earlier process left of its state.
  Status open(const RecoveredState* recovered);
  SliceEnd run_slice(TimeSlice& slice) override;
  bool take_directly(Event& event) override { return inputs_.take_directly(event); }

 private:
  // JobServices, for the operator.
  std::optional<Watermark> planned_watermark(Epoch epoch) const override;
  void report_event_time(int node, Epoch epoch, const EventTimeStats& stats) override;
  std::int64_t now_micros() const override { return place_.clock.now_micros(); }
  void wake_at(std::int64_t micros) override;

  /// Does the next thing there is to do; false when there is none.
  bool step();
  /// The event that was handed over is through, and there was no other.
  bool is_done() { return !more_ && !timer_is_next_ && inputs_.is_done_with_taken(); }
  bool is_woken() const { return wake_at_ && *wake_at_ <= now_micros(); }
  void handle_timer();
  /// Has the task run at `wake_at_`.
  void signal_at_wake();
  void handle(InputSet::Arrival arrival);
  void handle(int port, RecordBatch batch);
  void handle_end();
  /// The operator said `Done` or `More`; `then_` is what follows `Done`.
  void settle(Progress progress);
  void forward_marker();
  std::int64_t save_state();
  void end();
  void fail_on_errors();
  void fail(Error error);

  enum class Then { Nothing, ForwardMarker, End };

  TaskPlace place_;
  const bool bounded_;
  const bool stateful_;
  SubtaskCounters& counters_;
  RecordPool::Owner pool_;
  EvalContext eval_;
  SubtaskState state_;
  OperatorContext context_;
  std::unique_ptr<Operator> logic_;
  InputSet inputs_;
  Outbox outbox_;
  DeadLetterBox dead_letters_;
  bool more_ = false;
  bool over_ = false;
  bool ended_ = false;
  // When the operator wants to be called, processing time.
  std::optional<std::int64_t> wake_at_;
  std::int64_t signalled_ns_ = 0;  // steady clock: when the signal for that comes
  bool timer_is_next_ = false;
  bool epoch_is_new_ = true;
  Then then_ = Then::Nothing;
  std::optional<EventTimeReport> event_time_;
};

}  // namespace millrace
