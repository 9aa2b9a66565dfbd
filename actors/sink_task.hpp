#pragma once

#include <memory>
#include <string>

#include "actors/control_inbox.hpp"
#include "actors/input_set.hpp"
#include "actors/job_events.hpp"
#include "actors/task_cell.hpp"
#include "metrics/latency_histogram.hpp"
#include "sinks/sink.hpp"

namespace millrace {

/// The job asks the sink to make an epoch visible.
struct CommitSink {
  Epoch epoch{};
  std::string token;
};

/// Drives one sink: writes batches, prepares at markers, commits when the coordinator says so. A batch
/// that the sink refuses waits here, and with it everything above.
class SinkTask final : public Task {
 public:
  SinkTask(TaskPlace place, std::unique_ptr<Sink> sink, std::vector<InputChannel> inputs,
           SinkContext context, LatencyHistogram& latency);

  /// `left`: what an earlier process prepared and may not have shown.
  Status open(const std::vector<RecoveredOutput>& left);
  SliceEnd run_slice(TimeSlice& slice) override;
  bool take_directly(Event& event) override { return inputs_.take_directly(event); }
  /// Safe from any thread; the caller signals the task's cell afterwards.
  void put(CommitSink control) { inbox_.put(std::move(control)); }
  /// After the last commit. Requires: nobody runs the task any more.
  Status close() { return sink_->close(); }

 private:
  void take_controls();
  void handle(const CommitSink& commit);
  /// False when the sink refused it.
  bool write(RecordBatch& batch);
  void prepare(Epoch epoch);
  void fail(Error error);

  TaskPlace place_;
  SinkContext context_;
  LatencyHistogram& latency_;
  std::unique_ptr<Sink> sink_;
  InputSet inputs_;
  ControlInbox<CommitSink> inbox_;
  RecordBatch refused_;
  std::int64_t num_written_ = 0;
  bool over_ = false;
};

}  // namespace millrace
