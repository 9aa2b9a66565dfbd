#include "actors/operator_task.hpp"

#include "actors/busy_time.hpp"

#include <algorithm>
#include <limits>

namespace millrace {

OperatorTask::OperatorTask(TaskPlace place, std::unique_ptr<Operator> logic,
                           std::vector<InputChannel> inputs, std::vector<OutEdge> edges,
                           bool bounded, bool stateful, bool hand_off, SubtaskCounters& counters)
    : place_(std::move(place)),
      bounded_(bounded),
      stateful_(stateful),
      counters_(counters),
      pool_(RecordPool::create()),
      eval_{*pool_, 0, {}},
      state_(place_.store != nullptr),
      context_{*pool_, eval_, counters, *this, state_, place_.node, place_.subtask, place_.num_subtasks,
               place_.first_epoch},
      logic_(std::move(logic)),
      inputs_(std::move(inputs), place_.alignment, place_.watermark_policy),
      outbox_(std::move(edges), *pool_, counters, hand_off, place_.watermark),
      dead_letters_(*pool_, place_) {
  context_.dead_letter = [this](const DeadLetter& letter) { dead_letters_.put(letter); };
}

Status OperatorTask::open(const RecoveredState* recovered) {
  Status status = logic_->open(context_);
  if (!status || recovered == nullptr) return status;
  return state_.load(*recovered, static_cast<std::size_t>(place_.subtask),
                     static_cast<std::size_t>(place_.num_subtasks));
}

SliceEnd OperatorTask::run_slice(TimeSlice& slice) {
  SliceEnd end = SliceEnd::Idle;
  while (!over_) {
    if (!outbox_.flush() || !step()) break;
    add_busy(counters_, slice);
    outbox_.hand_off(slice);
    if (is_done()) break;
    if (slice.is_over()) {
      end = SliceEnd::Budget;
      break;
    }
  }
  outbox_.flush();
  outbox_.hand_off(slice);
  return end;
}

bool OperatorTask::step() {
  if (more_) {
    settle(logic_->resume(outbox_));
    return true;
  }
  // A timer lets one event pass: what is here already came before it.
  if (!std::exchange(timer_is_next_, false)) {
    if (std::optional<InputSet::Arrival> arrival = inputs_.next()) {
      handle(std::move(*arrival));
      timer_is_next_ = is_woken();
      return true;
    }
  }
  if (is_woken()) {
    handle_timer();
    return true;
  }
  // The signal came early: processing time goes slower than timers, or was set back.
  if (wake_at_ && place_.clock.steady_ns() >= signalled_ns_) signal_at_wake();
  return false;
}

void OperatorTask::wake_at(std::int64_t micros) {
  if (ended_ || (wake_at_ && *wake_at_ <= micros)) return;
  wake_at_ = micros;
  signal_at_wake();
}

void OperatorTask::signal_at_wake() {
  const std::int64_t delay = std::max<std::int64_t>(0, *wake_at_ - now_micros());
  signalled_ns_ = place_.clock.steady_ns() + delay * 1000;
  place_.signal_after(std::chrono::microseconds(delay));
}

void OperatorTask::handle_timer() {
  wake_at_.reset();
  settle(logic_->on_timer(now_micros(), outbox_));
}

void OperatorTask::handle(InputSet::Arrival arrival) {
  if (RecordBatch* batch = std::get_if<RecordBatch>(&arrival.event))
    return handle(arrival.port, std::move(*batch));
  if (const Watermark* watermark = std::get_if<Watermark>(&arrival.event))
    return settle(logic_->on_watermark(*watermark, outbox_));
  if (const EpochMarker* marker = std::get_if<EpochMarker>(&arrival.event)) {
    context_.epoch = marker->epoch;
    then_ = Then::ForwardMarker;
    return settle(logic_->on_epoch_end(marker->epoch, outbox_));
  }
  if (const Activity* activity = std::get_if<Activity>(&arrival.event))
    return outbox_.emit(*activity);
  handle_end();
}

void OperatorTask::handle(int port, RecordBatch batch) {
  if (epoch_is_new_) {
    epoch_is_new_ = false;
    eval_.now_micros = place_.board->timestamp(context_.epoch, place_.clock.now_micros());
    outbox_.eval().now_micros = eval_.now_micros;
  }
  counters_.records_in.add(batch.num_rows());
  settle(logic_->process(port, std::move(batch), outbox_));
}

void OperatorTask::handle_end() {
  ended_ = true;
  wake_at_.reset();
  then_ = Then::End;
  settle(bounded_ ? logic_->finish(outbox_) : Progress::Done);
}

void OperatorTask::settle(Progress progress) {
  fail_on_errors();
  dead_letters_.empty_into(outbox_);
  more_ = progress == Progress::More;
  if (more_ || over_) return;
  switch (std::exchange(then_, Then::Nothing)) {
    case Then::Nothing: return;
    case Then::ForwardMarker: return forward_marker();
    case Then::End: return end();
  }
}

namespace {
StateReport state_report(SubtaskCounters& counters) {
  StateReport report;
  report.rows_total = counters.state_rows_total.value();
  report.rows_updated = counters.state_rows_updated.value();
  report.rows_removed = counters.state_rows_removed.value();
  report.rows_dropped_by_watermark = counters.state_rows_dropped_by_watermark.value();
  report.bytes = counters.state_bytes.value();
  counters.state_rows_updated.set(0);
  counters.state_rows_removed.set(0);
  counters.state_rows_dropped_by_watermark.set(0);
  return report;
}
}  // namespace

void OperatorTask::forward_marker() {
  SubtaskReport report;
  report.node = place_.node;
  report.subtask = place_.subtask;
  report.epoch = context_.epoch;
  report.event_time = std::exchange(event_time_, std::nullopt);
  if (stateful_) {
    report.state = state_report(counters_);
    report.state->freeze_ns = save_state();
  }
  outbox_.emit(EpochMarker{context_.epoch});
  context_.epoch = next(context_.epoch);
  epoch_is_new_ = true;
  place_.events->on_report(std::move(report));
}

/// Before the report, so that the commit finds it. Gives the time it took.
std::int64_t OperatorTask::save_state() {
  if (place_.store == nullptr) return 0;
  const auto begin = SteadyClock::now();
  place_.store->add_delta(context_.epoch, place_.saved_as, state_.freeze());
  return std::chrono::nanoseconds(SteadyClock::now() - begin).count();
}

void OperatorTask::end() {
  SubtaskReport report;
  report.node = place_.node;
  report.subtask = place_.subtask;
  report.epoch = context_.epoch;
  if (stateful_) {
    report.state = state_report(counters_);
    report.state->freeze_ns = save_state();
  }
  outbox_.emit(EndOfStream{});
  place_.events->on_report(std::move(report));
}

void OperatorTask::fail_on_errors() {
  if (!eval_.errors.empty()) [[unlikely]]
    return fail(std::move(eval_.errors.front().error));
  if (!outbox_.eval().errors.empty()) [[unlikely]]
    fail(std::move(outbox_.eval().errors.front().error));
}

void OperatorTask::fail(Error error) {
  over_ = true;
  place_.events->on_failure(place_.name, std::move(error));
}

std::optional<Watermark> OperatorTask::planned_watermark(Epoch epoch) const {
  return place_.board->watermark(epoch);
}

void OperatorTask::report_event_time(int, Epoch, const EventTimeStats& stats) {
  event_time_ = EventTimeReport{stats.count, stats.min, stats.max, stats.sum, stats.watermark,
                                stats.is_idle};
}

}  // namespace millrace
