#include "actors/source_task.hpp"

#include "actors/busy_time.hpp"
#include "sources/lagging_source.hpp"

namespace millrace {
namespace {

std::optional<std::string> json_of(const std::optional<Offset>& offset) {
  return offset ? std::optional(offset->json) : std::nullopt;
}

}  // namespace

SourceTask::SourceTask(TaskPlace place, std::size_t index, std::unique_ptr<Source> source,
                       std::vector<OutEdge> edges, bool continuous, bool hand_off,
                       std::size_t max_poll_records, SubtaskCounters& counters)
    : place_(std::move(place)),
      index_(index),
      continuous_(continuous),
      max_poll_records_(max_poll_records),
      counters_(counters),
      pool_(RecordPool::create()),
      context_{*pool_, counters},
      source_(std::move(source)),
      outbox_(std::move(edges), *pool_, counters, hand_off),
      dead_letters_(*pool_, place_),
      reading_(continuous) {
  context_.subtask = place_.subtask;
  context_.num_subtasks = place_.num_subtasks;
  context_.now_micros = place_.clock.now_micros;
  context_.steady_ns = place_.clock.steady_ns;
  context_.dead_letter = [this](const DeadLetter& letter) { dead_letters_.put(letter); };
  context_.warn = [this](std::string text) { place_.events->on_warning(place_.name, text); };
}

Status SourceTask::open(const std::optional<Offset>& start, std::string state_folder) {
  context_.state_directory = std::move(state_folder);
  Status status = source_->open(context_, start);
  if (status) epoch_start_ = json_of(source_->offset());
  return status;
}

SliceEnd SourceTask::run_slice(TimeSlice& slice) {
  SliceEnd end = SliceEnd::Idle;
  for (;;) {
    take_controls();
    if (stopped_ || !outbox_.flush() || !reading_ || paused_ || !poll_once(slice)) break;
    outbox_.hand_off(slice);
    if (slice.is_over()) {
      end = SliceEnd::Budget;
      break;
    }
  }
  // A table that was read and handed on is done, so that its thread does not take turns with the others.
  if (outbox_.flush() && reads_table_ && !reading_) stopped_ = true;
  outbox_.hand_off(slice);
  return end;
}

bool SourceTask::poll_once(TimeSlice& slice) {
  Result<PollStatus> status = source_->poll(max_poll_records_, outbox_);
  // A look that finds nothing is no work.
  if (!status || *status != PollStatus::Idle) add_busy(counters_, slice);
  dead_letters_.empty_into(outbox_);
  if (!status) {
    fail(std::move(status.error()));
    return false;
  }
  switch (*status) {
    case PollStatus::Emitted: return true;
    case PollStatus::Idle: return false;
    case PollStatus::AtLimit: break;
    case PollStatus::EndOfInput:
      if (!continuous_ || ended_) break;
      ended_ = true;
      reading_ = false;
      place_.events->on_source_ended();
      return false;
  }
  if (reads_epoch_) finish_epoch();
  return reading_;
}

void SourceTask::take_controls() {
  for (const SourceControl& control : inbox_.take())
    if (!stopped_) std::visit([this](const auto& message) { handle(message); }, control);
}

void SourceTask::handle(const TellLatestOffset&) {
  const std::optional<std::string> start = planned_end();
  Result<std::optional<Offset>> latest = source_->latest_offset();
  if (!latest) return fail(std::move(latest.error()));
  tell_when_readable_ = start == json_of(*latest);
  place_.events->on_latest_offset(index_, start, json_of(*latest));
}

std::optional<std::string> SourceTask::planned_end() const {
  if (!epochs_.empty() && epochs_.back().end) return epochs_.back().end;
  return json_of(source_->offset());
}

void SourceTask::handle(const FreezeEnd&) {
  if (Status status = source_->freeze_end(); !status) fail(std::move(status.error()));
}

void SourceTask::handle(const ReadEpoch& read) {
  epochs_.push_back(read);
  tell_when_readable_ = false;
  if (!reads_epoch_) begin_epoch();
}

void SourceTask::handle(const ReadTable&) {
  reads_table_ = true;
  handle(ReadEpoch{{}, std::nullopt, true});
}

void SourceTask::begin_epoch() {
  const ReadEpoch& read = epochs_.front();
  reads_epoch_ = reading_ = true;
  if (read.is_last) return;
  if (!read.end) return finish_epoch();
  if (Status status = source_->limit_to(Offset{*read.end}); !status) fail(std::move(status.error()));
}

void SourceTask::finish_epoch() {
  const ReadEpoch read = std::move(epochs_.front());
  epochs_.pop_front();
  reads_epoch_ = reading_ = false;
  if (read.is_last) outbox_.emit(EndOfStream{});
  else outbox_.emit(EpochMarker{read.epoch});
  place_.events->on_report(report_of(read.epoch));
  if (!epochs_.empty()) begin_epoch();
}

void SourceTask::handle(const EmitMarker& emit) {
  outbox_.emit(EpochMarker{emit.epoch});
  place_.events->on_report(report_of(emit.epoch));
}

SubtaskReport SourceTask::report_of(Epoch epoch) {
  SubtaskReport report;
  report.node = place_.node;
  report.subtask = place_.subtask;
  report.epoch = epoch;
  report.num_records = counters_.records_out.value() - records_before_;
  records_before_ = counters_.records_out.value();
  report.num_bad_records = counters_.dropped_records.value() - bad_records_before_;
  bad_records_before_ = counters_.dropped_records.value();
  report.offset = json_of(source_->offset());
  report.start_offset = std::exchange(epoch_start_, report.offset);
  const auto* lagging = dynamic_cast<const LaggingSource*>(source_.get());
  if (lagging == nullptr || continuous_) return report;
  SourceLag lag = lagging->lag();
  report.latest_offset = std::move(lag.latest_offset);
  report.metrics = std::move(lag.metrics);
  return report;
}

void SourceTask::handle(const AcknowledgeOffset& acknowledge) {
  source_->acknowledge(Offset{acknowledge.offset});
}

void SourceTask::handle(const PauseSource& pause) { paused_ = pause.paused; }

void SourceTask::handle(const StopSource&) {
  stopped_ = true;
  reading_ = false;
}

SourceWait SourceTask::wait() const {
  if (outbox_.is_full() || paused_) return {};
  if (!reading_) return {tell_when_readable_ ? source_->ready_fd() : -1, std::chrono::microseconds(-1)};
  const int fd = source_->ready_fd();
  return {fd, fd >= 0 ? std::chrono::microseconds(-1) : source_->poll_interval()};
}

void SourceTask::on_readable() {
  if (!std::exchange(tell_when_readable_, false)) return;
  place_.events->on_data_available();
}

void SourceTask::fail(Error error) {
  stopped_ = true;
  reading_ = false;
  place_.events->on_failure(place_.name, std::move(error));
}

}  // namespace millrace
