#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "metrics/counters.hpp"
#include "records/dead_letter.hpp"
#include "records/event.hpp"
#include "records/result.hpp"

namespace millrace {

/// Position in a source: *next* to read, as the JSON that Spark's offset log and progress show.
struct Offset {
  std::string json;
  bool operator==(const Offset&) const = default;
};

/// Emitted: batches were emitted, poll again. Idle: nothing there now. AtLimit: `offset()` reached the
/// limit set. EndOfInput: nothing will ever follow.
enum class PollStatus { Emitted, Idle, AtLimit, EndOfInput };

/// Where a source puts what it read; never refuses.
class SourceOutput {
 public:
  virtual ~SourceOutput() = default;
  virtual void emit(RecordBatch batch) = 0;
};

/// Everything a source may use. Lives as long as the source.
struct SourceContext {
  RecordPool& pool;
  SubtaskCounters& counters;
  int subtask = 0;
  int num_subtasks = 1;
  /// Wall clock, microseconds since 1970 UTC; a virtual one in tests.
  std::function<std::int64_t()> now_micros{};
  /// Steady clock, nanoseconds; what `RecordBatch::ingest_ns` counts in.
  std::function<std::int64_t()> steady_ns{};
  /// Tells the user of something surprising that lost nothing.
  std::function<void(std::string)> warn{};
  /// Folder of this source in the checkpoint location (`sources/0`), made by the source when it keeps
  /// something there: the file source's list of files, the rate source's start time. Empty: none.
  std::string state_directory{};
  /// Sends a bad record to the sink for such records; empty when there is none.
  std::function<void(const DeadLetter&)> dead_letter{};
  /// Where in the source the bytes of a bad record stand, as text; set by sources that know.
  std::function<std::string(std::string_view)> position_of{};
};

/// Reads records from outside on one subtask. All methods are called from one thread at a time; after
/// an error no further method is called. Emits what it has and never waits for a batch to fill.
class Source {
 public:
  virtual ~Source() = default;

  /// Starts at `start`, or where the options say when there is none.
  virtual Status open(SourceContext& context, const std::optional<Offset>& start) = 0;
  /// Emits at most `max_records` in one or more batches. Never blocks unless `is_blocking`.
  virtual Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) = 0;
  /// Next to read. Requires: open. None: this source has not fixed its start yet.
  virtual std::optional<Offset> offset() const = 0;
  /// End of the next micro-batch by what is there now and the source's rate limits. Equal to
  /// `offset()` when there is nothing new. Requires: the last limit was reached.
  virtual Result<std::optional<Offset>> latest_offset() = 0;
  /// Micro-batch mode: read up to `end` (exclusive), then return AtLimit until the next limit. `end`
  /// came from `latest_offset` or from a journal, where it may belong to an earlier process.
  virtual Status limit_to(const Offset& end) = 0;
  /// availableNow: what is there at this moment is all; `latest_offset` goes no further.
  virtual Status freeze_end() { return {}; }
  /// Rows before `offset` are safe; may be called late, never out of order.
  virtual void acknowledge(const Offset& /*offset*/) {}
  /// File descriptor that becomes readable when `poll` may have something (epoll may watch it), or -1:
  /// the runtime asks again after `poll_interval`.
  virtual int ready_fd() const { return -1; }
  virtual std::chrono::microseconds poll_interval() const { return std::chrono::milliseconds(10); }
};

}  // namespace millrace
