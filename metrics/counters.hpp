#pragma once

#include <atomic>
#include <cstdint>

namespace millrace {

/// A number that one thread adds to and any thread reads.
class Counter {
 public:
  /// Only the owning thread may call it: plain load and store, no locked instruction.
  void add(std::int64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// What one subtask counts. Written by the thread that runs the subtask.
struct SubtaskCounters {
  Counter records_in;
  Counter records_out;
  Counter bytes_in;
  Counter busy_ns;
  Counter errors;
  Counter dropped_records;
  // Stateful operators only; Spark's names in stateOperators[].
  Counter state_rows_total;
  Counter state_rows_updated;  // since the last marker
  Counter state_rows_removed;  // since the last marker
  Counter state_rows_dropped_by_watermark;
  Counter state_bytes;
};

}  // namespace millrace
