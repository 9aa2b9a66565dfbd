#include "actors/sink_task.hpp"

#include "actors/busy_time.hpp"

#include <utility>

namespace millrace {

SinkTask::SinkTask(TaskPlace place, std::unique_ptr<Sink> sink, std::vector<InputChannel> inputs,
                   SinkContext context, LatencyHistogram& latency)
    : place_(std::move(place)),
      context_(std::move(context)),
      latency_(latency),
      sink_(std::move(sink)),
      inputs_(std::move(inputs), place_.alignment) {
  context_.epoch = place_.first_epoch;
}

Status SinkTask::open(const std::vector<RecoveredOutput>& left) {
  Status status = sink_->open(context_);
  if (!status || left.empty()) return status;
  return sink_->recover(left);
}

SliceEnd SinkTask::run_slice(TimeSlice& slice) {
  sink_->on_wake();
  for (;;) {
    take_controls();
    if (over_) return SliceEnd::Idle;
    if (refused_ && !write(refused_)) return SliceEnd::Idle;
    std::optional<InputSet::Arrival> arrival = inputs_.next();
    if (!arrival) return SliceEnd::Idle;
    if (RecordBatch* batch = std::get_if<RecordBatch>(&arrival->event)) {
      if (!write(*batch)) refused_ = std::move(*batch);
    } else if (const EpochMarker* marker = std::get_if<EpochMarker>(&arrival->event)) {
      prepare(marker->epoch);
    } else if (std::holds_alternative<EndOfStream>(arrival->event)) {
      prepare(context_.epoch);
    }
    add_busy(context_.counters, slice);
    if (inputs_.is_done_with_taken()) return SliceEnd::Idle;
    if (slice.is_over()) return SliceEnd::Budget;
  }
}

bool SinkTask::write(RecordBatch& batch) {
  Result<WriteStatus> status = sink_->write(batch);
  if (!status) {
    fail(std::move(status.error()));
    return true;
  }
  if (*status == WriteStatus::Full) return false;
  num_written_ += batch.num_rows();
  context_.counters.records_in.add(batch.num_rows());
  if (batch.ingest_ns() != 0)
    latency_.add(place_.clock.steady_ns() - batch.ingest_ns(), batch.num_rows());
  batch.reset();
  return true;
}

void SinkTask::prepare(Epoch epoch) {
  SubtaskReport report;
  report.node = place_.node;
  report.subtask = place_.subtask;
  report.epoch = epoch;
  report.num_records = std::exchange(num_written_, 0);
  JobEvents* events = place_.events;
  sink_->prepare(epoch, [events, report = std::move(report),
                         name = place_.name](Result<CommitToken> token) mutable {
    if (!token) return events->on_failure(name, std::move(token.error()));
    report.token = std::move(token->bytes);
    events->on_report(std::move(report));
  });
  context_.epoch = next(epoch);
}

void SinkTask::take_controls() {
  for (const CommitSink& commit : inbox_.take()) handle(commit);
}

void SinkTask::handle(const CommitSink& commit) {
  JobEvents* events = place_.events;
  sink_->commit(commit.epoch, CommitToken{commit.token},
                [events, epoch = commit.epoch, name = place_.name](Status status) {
                  if (!status) return events->on_failure(name, std::move(status.error()));
                  events->on_committed(epoch);
                });
}

void SinkTask::fail(Error error) {
  over_ = true;
  place_.events->on_failure(place_.name, std::move(error));
}

}  // namespace millrace
