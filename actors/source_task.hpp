#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "actors/control_inbox.hpp"
#include "actors/dead_letter_box.hpp"
#include "actors/job_events.hpp"
#include "actors/outbox.hpp"
#include "actors/task_cell.hpp"
#include "sources/ahead_source.hpp"

namespace millrace {

// What the job asks of a source.
struct TellLatestOffset {};
struct FreezeEnd {};
/// Read up to `end`, then emit the marker; `is_last`: read all there is, then end.
struct ReadEpoch {
  Epoch epoch{};
  std::optional<std::string> end;
  bool is_last = false;
};
/// Read all there is, and the task is over: nobody asks a table's source again.
struct ReadTable {};
struct EmitMarker {
  Epoch epoch{};
};
struct AcknowledgeOffset {
  std::string offset;
};
/// The disk is full (`paused`), or has room again.
struct PauseSource {
  bool paused = false;
};
struct StopSource {};
using SourceControl = std::variant<TellLatestOffset, FreezeEnd, ReadEpoch, ReadTable, EmitMarker,
                                   AcknowledgeOffset, PauseSource, StopSource>;

/// What a source that has nothing to do waits for, besides a signal.
struct SourceWait {
  int fd = -1;
  /// Look again after this time; negative: only the descriptor and signals count.
  std::chrono::microseconds timeout{-1};
};

/// Drives one source: reads while an epoch is open and the channels below have room, emits markers,
/// answers the coordinator.
class SourceTask final : public Task {
 public:
  SourceTask(TaskPlace place, std::size_t index, std::unique_ptr<Source> source,
             std::vector<OutEdge> edges, bool continuous, bool hand_off, std::size_t max_poll_records,
             SubtaskCounters& counters);

  /// `state_folder`: where the source may keep what it needs; may be empty.
  Status open(const std::optional<Offset>& start, std::string state_folder);
  SliceEnd run_slice(TimeSlice& slice) override;

  /// Safe from any thread; the caller signals the task's cell afterwards.
  void put(SourceControl control) { inbox_.put(std::move(control)); }

  // For the thread that runs the source, between slices.
  SourceWait wait() const;
  /// The descriptor waited for became readable.
  void on_readable();
  bool stopped() const { return stopped_; }
  bool plans_ahead() const { return dynamic_cast<AheadSource*>(source_.get()) != nullptr; }

 private:
  void take_controls();
  void handle(const TellLatestOffset&);
  void handle(const FreezeEnd&);
  void handle(const ReadEpoch& read);
  void handle(const ReadTable&);
  void handle(const EmitMarker& emit);
  void handle(const AcknowledgeOffset& acknowledge);
  void handle(const PauseSource& pause);
  void handle(const StopSource&);
  /// One poll; false when there is nothing to do for now.
  bool poll_once(TimeSlice& slice);
  void begin_epoch();
  void finish_epoch();
  /// Where the next epoch to be planned starts.
  std::optional<std::string> planned_end() const;
  SubtaskReport report_of(Epoch epoch);
  void fail(Error error);

  TaskPlace place_;
  const std::size_t index_;
  const bool continuous_;
  const std::size_t max_poll_records_;
  SubtaskCounters& counters_;
  RecordPool::Owner pool_;
  SourceContext context_;
  std::unique_ptr<Source> source_;
  Outbox outbox_;
  DeadLetterBox dead_letters_;
  ControlInbox<SourceControl> inbox_;
  bool reading_;
  bool paused_ = false;
  bool stopped_ = false;
  bool ended_ = false;
  bool reads_table_ = false;
  // Micro-batch: the coordinator heard that there is nothing new and would like to know when there is.
  bool tell_when_readable_ = false;
  // Planned and not read yet; `reads_epoch_`: the first is being read.
  std::deque<ReadEpoch> epochs_;
  bool reads_epoch_ = false;
  std::optional<std::string> epoch_start_;  // of the epoch that is read now
  std::int64_t records_before_ = 0;
  std::int64_t bad_records_before_ = 0;
};

}  // namespace millrace
