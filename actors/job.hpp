#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/actor_runtime.hpp"
#include "actors/epoch_reports.hpp"
#include "actors/job_checkpoint.hpp"
#include "actors/job_events.hpp"
#include "actors/sink_task.hpp"
#include "actors/source_task.hpp"
#include "checkpoint/epoch_coordinator.hpp"
#include "metrics/latency_histogram.hpp"
#include "topology/execution_plan.hpp"

namespace millrace {

struct JobOptions {
  Trigger trigger;
  IdleStrategy idle = IdleStrategy::Park;
  int threads = 0;
  /// Run an idle task below on the thread that fed it.
  bool hand_off = true;
  Alignment alignment = Alignment::Aligned;
  std::int64_t channel_records = 16'384;
  std::size_t max_poll_records = 4'096;
  std::string time_zone = "UTC";
  CheckpointSettings checkpoint;
  /// Memory of all state; beyond it the job stops with a checkpoint it can go on from. 0: no limit.
  std::int64_t max_state_bytes = 0;
  /// No threads and virtual time: the caller runs the job by `step`.
  bool simulated = false;
  /// What dead letters must not show; the texts of errors and warnings are the caller's to hide.
  Secrets secrets;
  /// Called once before sources and sinks open: the query id of the checkpoint; empty without one.
  std::function<void(const std::string& query_id)> on_opened;
  /// Called by the coordinator for each complete epoch, in order; must return soon.
  std::function<void(const EpochSummary&)> on_epoch;
  /// Called by the coordinator for everything it decides, before it is carried out.
  std::function<void(const CoordinatorAction&)> on_action;
  /// Called once by the coordinator when the job ended, with its failure.
  std::function<void(const std::optional<Error>&)> on_end;
  /// Something surprising that lost nothing. From any thread.
  std::function<void(const std::string& where, const std::string& text)> on_warning;
};

/// One running topology: makes sources, operators and sinks from the plan, gives each subtask an actor
/// and each pair of subtasks a channel, and carries out what the coordinator decides. The only place
/// where the parts of a job meet. `start`, `stop`, `await` may be called from any thread.
class Job final : private JobEvents {
 public:
  /// Opens everything and starts; the error names the node that could not be opened.
  static Result<std::unique_ptr<Job>> start(ExecutionPlan plan, JobOptions options);
  /// Stops without draining if the job still runs.
  ~Job() override;

  /// Asks the job to end after what was read is through. Returns at once.
  void stop();
  /// Asks for the end of an epoch without waiting for the trigger. Returns at once.
  void checkpoint_now();
  /// Waits until the job ended; gives its failure.
  Status await();
  /// True when the job ended within the time.
  bool await_for(std::chrono::microseconds time);

  /// Simulated: runs one actor chosen by `random`; false when none is ready before the next timer.
  bool step(std::mt19937_64& random);
  /// Simulated: moves time to the next timer; false when there is none.
  bool next_timer() { return runtime_->next_timer(); }

  const ExecutionPlan& plan() const { return plan_; }
  /// Null when nothing is durable.
  const CheckpointStore* checkpoint() const {
    return checkpoint_ ? &checkpoint_->store() : nullptr;
  }
  /// Counters of a node's subtasks; safe to read while the job runs.
  const SubtaskCounters& counters(int node, int subtask) const;
  /// Up to where in event time an operator's subtask has told those below that all is there:
  /// microseconds since 1970 UTC, 0 while it has not; safe to read while the job runs.
  std::int64_t watermark(int node, int subtask) const;
  /// Rows that wait at the inputs of a subtask at this moment; safe to read while the job runs.
  std::int64_t num_queued_records(int node, int subtask) const;
  /// Source to sink latency of all sinks together so far.
  void add_latency_to(LatencyHistogram& total) const;

 private:
  Job(ExecutionPlan plan, JobOptions options);

  // Building, in `start`.
  void make_cells();
  void connect();
  Status open_checkpoint();
  Status make_tasks();
  Status make_source(const ExecutionNode& node, const SourceSpec& spec, int subtask);
  Status make_operator(const ExecutionNode& node, const OperatorSpec& spec, int subtask);
  Status make_sink(const ExecutionNode& node, const SinkSpec& spec, int subtask);
  TaskPlace place_of(const ExecutionNode& node, int subtask);
  std::size_t index_of(int node, int subtask) const {
    return first_index_[static_cast<std::size_t>(node)] + static_cast<std::size_t>(subtask);
  }
  CoordinatorOptions coordinator_options() const;
  void run();

  // Everything below runs in the coordinator's actor.
  void carry_out(CoordinatorActions actions);
  void carry_out(const AskLatestOffsets&);
  void carry_out(const FreezeEnds&);
  void carry_out(const WritePlan& plan);
  void carry_out(const StartEpoch& start);
  void carry_out(const InjectMarker& inject);
  void carry_out(const WriteCommit& commit);
  void carry_out(const SkipTrigger&) {}
  void carry_out(const CommitEpoch& commit);
  void carry_out(const AcknowledgeEpoch& acknowledge);
  void carry_out(const WakeAt& wake);
  void carry_out(const Finish&);
  void carry_out(const Warn& warn);
  void carry_out(const Fail& fail);
  void tell_source(std::size_t source, SourceControl control);
  std::vector<std::pair<int, int>> source_places() const;
  void on_storage_full(bool is_full);
  void check_state_size(const EpochSummary& summary);
  void deliver_reports();
  void read_tables();
  void stop_sources();
  void end(std::optional<Error> failure);

  // JobEvents: from any thread.
  void on_report(SubtaskReport report) override;
  void on_latest_offset(std::size_t source, std::optional<std::string> start,
                        std::optional<std::string> end) override;
  void on_committed(Epoch epoch) override;
  void on_source_ended() override;
  void on_data_available() override;
  void on_failure(const std::string& where, Error error) override;
  void on_warning(const std::string& where, const std::string& text) override;
  void post(std::function<CoordinatorActions(EpochCoordinator&)> event);

  std::int64_t now() const { return clock_.now_micros(); }
  void tear_down();

  struct Subtask {
    int node = 0;
    int subtask = 0;
    TaskCell cell;
    SubtaskCounters counters;
    Counter watermark;
    std::vector<InputChannel> inputs;
    std::vector<const Channel*> queues;  // the channels of `inputs`, which go to the task
    std::vector<OutEdge> edges;
  };

  // Fixed after start.
  const ExecutionPlan plan_;
  const JobOptions options_;
  EpochBoard board_;
  JobClock clock_;
  std::unique_ptr<JobCheckpoint> checkpoint_;  // null: nothing is durable
  std::unique_ptr<ActorRuntime> runtime_;
  std::vector<std::size_t> first_index_;
  std::vector<std::unique_ptr<Subtask>> subtasks_;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::vector<std::pair<std::size_t, SourceTask*>> sources_;  // subtask index and task
  // Sources of tables: read once, unknown to the coordinator.
  std::vector<std::pair<std::size_t, SourceTask*>> tables_;
  std::map<std::pair<int, int>, std::pair<std::size_t, SinkTask*>> sinks_;
  std::vector<std::unique_ptr<LatencyHistogram>> latencies_;
  std::vector<RecordPool::Owner> sink_pools_;

  // Touched by the coordinator's actor only.
  std::unique_ptr<EpochCoordinator> coordinator_;
  bool warned_of_state_ = false;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool ended_ = false;
  std::optional<Error> failure_;
  std::once_flag torn_down_;

  std::unique_ptr<EpochReports> reports_;  // has a lock of its own
};

}  // namespace millrace
