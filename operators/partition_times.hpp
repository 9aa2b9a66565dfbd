#pragma once

#include "checkpoint/state_table.hpp"
#include "checkpoint/subtask_state.hpp"
#include "records/key_encoding.hpp"
#include "records/record_batch.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace millrace {

/// The largest event time of each partition of a stream. A partition is the rows that have equal
/// values in some columns: topic and partition of Kafka, each of which is in order by itself. One
/// that had no row for the timeout is idle: it does not count, and is forgotten until its next row.
/// Times are microseconds. A batch costs a look at every partition: for thousands, not millions.
/// Not thread-safe.
class PartitionTimes {
 public:
  struct Options {
    std::vector<int> columns;
    std::vector<DataType> types;  // of those columns
    std::int64_t idle_timeout_micros = 0;
    /// Partitions that are there may take a while to be heard for the first time: until then
    /// (at most the timeout) nothing is known.
    bool waits_for_first = false;
  };
  PartitionTimes(Options options, std::int64_t now);

  void declare(SubtaskState& state);
  /// Rows without an event time do not count.
  void observe(const RecordBatch& batch, int time_column, std::int64_t now);
  /// Forgets the partitions that are idle at `now`. Gives the time at which to ask again.
  std::int64_t forget_idle(std::int64_t now);
  /// The least of the partitions' times, or the largest of all when every partition is idle.
  std::optional<std::int64_t> slowest() const;

 private:
  struct Partition {
    std::int64_t time;
    // Processing time; not kept: what a checkpoint brings back counts from the start of the process.
    std::int64_t idle_from;
  };
  static Partition& at(std::byte* value) { return *reinterpret_cast<Partition*>(value); }
  /// The entry of a partition, a new one without a time.
  std::byte* find(std::uint32_t position);
  void note(std::byte* value, std::int64_t time, std::int64_t now);
  void restart_clocks();

  // Fixed after construction.
  const Options options_;
  const std::int64_t first_idle_;  // no partition is idle before

  KeyEncoder encoder_;
  std::vector<ColumnRef> keys_;  // scratch of one batch
  bool has_clocks_ = false;
  // State.
  StateTable partitions_{StateLayout{sizeof(Partition), {}, 0}};
  std::int64_t latest_;
  std::int64_t is_waiting_;  // 1: for the first rows of partitions
};

}  // namespace millrace
