#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/trigger.hpp"
#include "records/event.hpp"
#include "records/result.hpp"

namespace millrace {

/// Event times that one watermark node saw in one epoch, and what it alone would make the watermark.
/// Microseconds.
struct EventTimeReport {
  std::int64_t count = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
  double sum = 0;
  std::int64_t watermark = 0;
  /// Saw nothing for its idle timeout: does not hold back the watermark.
  bool is_idle = false;
};

/// State of one stateful subtask at a marker.
struct StateReport {
  std::int64_t rows_total = 0;
  std::int64_t rows_updated = 0;
  std::int64_t rows_removed = 0;
  std::int64_t rows_dropped_by_watermark = 0;
  std::int64_t bytes = 0;
  /// How long the operator's thread was kept from records to freeze what changed.
  std::int64_t freeze_ns = 0;
};

/// What one subtask says when it has delivered the marker of an epoch.
struct SubtaskReport {
  int node = 0;
  int subtask = 0;
  Epoch epoch{};
  std::int64_t num_records = 0;        // source: read; sink: written; in this epoch
  std::int64_t num_bad_records = 0;    // source: dropped or sent to a sink of their own
  std::optional<std::string> start_offset;   // source: where the epoch began; none: not fixed then
  std::optional<std::string> offset;         // source: next to read
  std::optional<std::string> latest_offset;  // source: where it ended when the epoch was planned
  std::map<std::string, std::string> metrics;  // source: Spark's `metrics` of progress
  std::optional<std::string> token;    // sink: what commit needs
  std::optional<EventTimeReport> event_time;
  std::optional<StateReport> state;
};

/// One complete epoch, for progress. Times are microseconds since 1970 UTC.
struct EpochSummary {
  Epoch epoch{};
  std::int64_t trigger_start = 0;
  std::int64_t planned_at = 0;    // sources had answered
  std::int64_t reported_at = 0;   // every subtask had reported
  std::int64_t completed_at = 0;  // every sink had committed
  std::optional<std::int64_t> watermark;  // in force in this epoch, micro-batch mode
  std::vector<SubtaskReport> reports;
};

// What the coordinator asks for. The actor that owns it carries the actions out in order.

struct AskLatestOffsets {};
struct FreezeEnds {};
/// Micro-batch: every source reads up to its end and then emits the marker (`is_last`: reads all there
/// is and ends instead).
struct StartEpoch {
  Epoch epoch{};
  std::vector<std::optional<std::string>> ends;  // by source index
  std::optional<std::int64_t> watermark;
  std::int64_t timestamp = 0;
  bool is_last = false;
};
/// Continuous: every source emits the marker now.
struct InjectMarker {
  Epoch epoch{};
};
/// Make the plan durable, then call `on_planned`.
struct WritePlan {
  StartEpoch plan;
  std::vector<std::optional<std::string>> starts;  // by source index
};
/// Every subtask has reported: make the epoch durable, then call `on_durable`.
struct WriteCommit {
  Epoch epoch{};
  std::vector<SubtaskReport> reports;
  std::optional<std::int64_t> planned_watermark;
  std::optional<std::int64_t> watermark;
  std::map<int, std::int64_t> node_watermarks;
  std::optional<Epoch> sinks_committed;
};
/// Micro-batch: this trigger found nothing to do. For status and progress; nothing is to be done.
struct SkipTrigger {
  Epoch next{};  // the number that the next epoch will have
  std::int64_t trigger_start = 0;
  std::int64_t planned_at = 0;
  std::optional<std::int64_t> watermark;
  std::map<int, std::optional<std::string>> starts;  // by source node, of its first subtask
};
struct CommitEpoch {
  Epoch epoch{};
  std::vector<SubtaskReport> sinks;
};
struct AcknowledgeEpoch {
  EpochSummary summary;
};
/// Call on_timer at or after this time.
struct WakeAt {
  std::int64_t micros = 0;
};
/// Nothing more to do: the job ends well.
struct Finish {};
struct Warn {
  std::string text;
};
/// The job cannot go on.
struct Fail {
  Error error;
};

using CoordinatorAction = std::variant<AskLatestOffsets, FreezeEnds, WritePlan, StartEpoch,
                                       InjectMarker, WriteCommit, SkipTrigger, CommitEpoch,
                                       AcknowledgeEpoch, WakeAt, Finish, Warn, Fail>;
using CoordinatorActions = std::vector<CoordinatorAction>;

/// Where an earlier process stopped.
struct CoordinatorStart {
  Epoch last{};  // the last committed epoch
  std::optional<std::int64_t> planned_watermark;
  std::optional<std::int64_t> watermark;
  std::map<int, std::int64_t> node_watermarks;
  /// Committed, but perhaps not by every sink: told to commit once more.
  std::vector<SubtaskReport> sinks;
};

struct CoordinatorOptions {
  Trigger trigger;
  std::vector<int> source_nodes;  // of each source subtask, by source index
  std::size_t num_subtasks = 0;  // all of them, sources and sinks too
  std::size_t num_sinks = 0;     // subtasks
  bool needs_no_data_epochs = false;
  bool has_watermark = false;
  bool max_watermark_policy = false;
  bool bounded = false;
  Epoch first{};
  /// Plans and commits are written before they count.
  bool durable = false;
  std::optional<CoordinatorStart> restart;
  /// Planned and not committed, in order: micro-batch mode runs them again as they were; continuous mode
  /// passes over their numbers.
  std::vector<StartEpoch> reruns;
  /// Sources can tell where a micro-batch would end while they read the one before. Without watermarks
  /// one epoch is then planned while another is read.
  bool plans_ahead = false;
  /// Continuous: a marker that is not through by then fails the job.
  std::int64_t epoch_timeout_micros = 60'000'000;
  std::int64_t polling_delay_micros = 10'000;  // Spark: pollingDelay
  std::size_t max_in_flight = 4;
};

/// Opens epochs, counts reports, orders commits and decides when the job is over; both modes. Pure:
/// events with their time in, actions out; the time is the caller's clock, microseconds since 1970,
/// which may be set forward or back. `on_timer` is called once for each WakeAt.
/// Rules of triggers, batches without data and the global watermark: Spark's MicroBatchExecution and
/// WatermarkTracker. Otherwise than there, a micro-batch is planned and read while those before it, which
/// every subtask has reported, are being committed; all of them are run again as planned after a crash.
class EpochCoordinator {
 public:
  explicit EpochCoordinator(CoordinatorOptions options);

  CoordinatorActions on_start(std::int64_t now);
  CoordinatorActions on_timer(std::int64_t now);
  /// A source told where it stands and where the next micro-batch could end.
  CoordinatorActions on_latest_offset(std::size_t source, std::optional<std::string> start,
                                      std::optional<std::string> end, std::int64_t now);
  CoordinatorActions on_planned(Epoch epoch, std::int64_t now);
  CoordinatorActions on_report(SubtaskReport report, std::int64_t now);
  CoordinatorActions on_durable(Epoch epoch, std::int64_t now);
  /// Subtask `sink` made the epoch visible.
  CoordinatorActions on_committed(Epoch epoch, std::int64_t now);
  /// Continuous: a source has nothing left and never will. The job ends when all have said so.
  CoordinatorActions on_source_ended(std::int64_t now);
  /// Something new came to an idle source: plan without waiting for the polling delay.
  CoordinatorActions on_data_available(std::int64_t now);
  /// Ends the epoch under way without waiting for the trigger; nothing where one is being completed.
  CoordinatorActions on_checkpoint(std::int64_t now);
  /// Ends the job after the records already taken are through.
  CoordinatorActions on_stop(std::int64_t now);

  std::optional<std::int64_t> watermark() const { return watermark_; }
  std::int64_t num_skipped_ticks() const { return num_skipped_; }

 private:
  enum class Phase {
    NotStarted,
    Repeating,  // sinks are told of an earlier process's last epoch
    Waiting,    // micro-batch: for the time of the trigger, or for data
    Held,       // micro-batch: the trigger's time has come, epochs under way do not allow another yet
    Planning,   // micro-batch: sources were asked, or the plan is being written
    Running,    // continuous
    Ending,     // nothing new; what is under way completes
    Over
  };
  struct InFlight {
    EpochSummary summary;
    bool is_reported = false;
    bool committing = false;
    /// Of an earlier process, whose sinks may have missed it.
    bool is_repeated = false;
    std::size_t num_commits = 0;
    /// `lived_` when its marker went in (continuous).
    std::int64_t lived_before = 0;
    // After this epoch.
    std::optional<std::int64_t> watermark;
    std::map<int, std::int64_t> node_watermarks;
  };

  // Micro-batch: when the next epoch begins, and with what.
  void schedule_next(std::int64_t now, bool had_data, CoordinatorActions& out);
  std::int64_t next_trigger(std::int64_t now, bool had_data) const;
  void trigger(std::int64_t now, CoordinatorActions& out);
  void trigger_late(std::int64_t now, CoordinatorActions& out);
  bool may_plan() const;
  void resume(std::int64_t now, CoordinatorActions& out);
  void start_planning(std::int64_t now, CoordinatorActions& out);
  void run_again(std::int64_t now, CoordinatorActions& out);
  void decide(std::int64_t now, CoordinatorActions& out);
  void plan_epoch(std::int64_t now, CoordinatorActions& out);
  void open_epoch(StartEpoch plan, std::int64_t now);
  void end_when_through(CoordinatorActions& out);
  std::map<int, std::optional<std::string>> starts_by_node() const;

  // Both modes.
  void begin(std::int64_t now, CoordinatorActions& out);
  void inject(std::int64_t now, CoordinatorActions& out);
  void take_reported(std::int64_t now);
  void commit_oldest(std::int64_t now, CoordinatorActions& out);
  void tell_sinks(InFlight& flight, std::int64_t now, CoordinatorActions& out);
  void repeat_commit(std::int64_t now, CoordinatorActions& out);
  void check_progress(CoordinatorActions& out) const;
  void wake(CoordinatorActions& out);
  void wait_longer(std::int64_t now, CoordinatorActions& out);
  void pass_time(std::int64_t now);
  void complete_oldest(std::int64_t now, CoordinatorActions& out);
  void take_event_times(const EpochSummary& summary);
  void finish(CoordinatorActions& out);
  bool is_one_shot() const;

  const CoordinatorOptions options_;
  Phase phase_ = Phase::NotStarted;
  bool stopping_ = false;
  Epoch next_epoch_{};
  std::deque<InFlight> in_flight_;
  std::optional<Epoch> last_completed_;
  std::int64_t num_skipped_ = 0;
  std::size_t num_ended_sources_ = 0;

  // Planned by an earlier process, not opened yet.
  std::deque<StartEpoch> reruns_;
  // Micro-batch: answers to AskLatestOffsets.
  std::size_t num_answers_ = 0;
  std::vector<std::optional<std::string>> starts_;
  std::vector<std::optional<std::string>> ends_;
  std::int64_t trigger_start_ = 0;
  std::int64_t wake_at_ = 0;
  // Asked for by WakeAt and not come yet.
  std::size_t num_timers_ = 0;
  std::int64_t last_timer_ = 0;
  std::int64_t lived_ = 0;
  // Waits for its plan to be durable.
  std::optional<StartEpoch> unwritten_;

  // Global watermark, and what it was when the last epoch was planned.
  std::optional<std::int64_t> watermark_;
  std::optional<std::int64_t> planned_watermark_;
  std::map<int, std::int64_t> node_watermarks_;
};

}  // namespace millrace
