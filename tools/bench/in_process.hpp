#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "topology/execution_plan.hpp"

namespace millrace::bench {

/// Records that a generator thread makes due one by one; a `DueSource` turns them into rows that hold the
/// time they were due at (steady clock, ns).
class DueQueue {
 public:
  DueQueue();
  ~DueQueue();
  /// Generator: record n is due, at `due_ns`. Wakes the source when `wake` is set. Waits while the ring is full, which
  /// forgives nothing: the record stays due when it was.
  void add(std::int64_t due_ns, bool wake);
  void end();

  // For the source.
  std::int64_t num_due() const { return due_.load(std::memory_order_acquire); }
  std::int64_t due_ns(std::int64_t n) const { return times_[static_cast<std::size_t>(n) % kRing]; }
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  /// Rows before `n` will not be asked for again.
  void set_taken(std::int64_t n) { taken_.store(n, std::memory_order_release); }
  int ready_fd() const { return event_fd_; }
  /// False while nobody asked for wake-ups: a spinning source need not ask the kernel.
  bool wakes() const { return wakes_.load(std::memory_order_relaxed); }
  void clear_ready();

 private:
  static constexpr std::size_t kRing = 1 << 16;
  std::unique_ptr<std::int64_t[]> times_;
  std::atomic<std::int64_t> due_{0};
  alignas(64) std::atomic<std::int64_t> taken_{0};
  std::atomic<bool> ended_{false};
  std::atomic<bool> wakes_{false};
  int event_fd_;
};

std::unique_ptr<Source> make_due_source(std::shared_ptr<DueQueue> queue);
/// Rows of keyed_schema(), with `num_keys` users in turn and an amount that is at most 10 in one of ten.
std::unique_ptr<Source> make_due_rows_source(std::shared_ptr<DueQueue> queue, std::int64_t num_keys);
/// What a keyed source gives: each key once as fast as it is taken; then random keys at a calm rate until
/// the checkpoint has caught up; then `num_rows` of random keys, which count.
struct KeyedLoad {
  std::int64_t num_keys = 1'000'000;
  double settle_seconds = 2;
  std::int64_t num_rows = 0;
  /// Rows a second; 0: as fast as they are taken.
  double rate = 0;
  /// Keys are drawn from so many neighbours at a time, others every 10 ms; 0: from all.
  std::int64_t num_changing = 0;
  /// How long the rows that count took to be read; set when the source ends.
  std::shared_ptr<std::atomic<std::int64_t>> taken_ns{};
};
/// Rows of keyed_schema() by that load. Open loop: `due` is when a row should have come, 0 for rows that
/// do not count.
std::unique_ptr<Source> make_keyed_source(const KeyedLoad& load);
/// (due BIGINT, user BIGINT, amount DOUBLE)
SchemaPtr keyed_schema();

/// Rows (id BIGINT, amount BIGINT) as fast as they are taken, `total` of them, in batches of 1,024; a
/// micro-batch has `epoch_rows`.
std::unique_ptr<Source> make_flood_source(std::int64_t total,
                                          std::int64_t epoch_rows = std::int64_t{256} << 10);
/// Calls `take` with each batch and the time it came (steady clock, ns).
std::unique_ptr<Sink> make_timing_sink(
    std::function<void(const RecordBatch& batch, std::int64_t now_ns)> take);
/// Counts rows into `count`.
std::unique_ptr<Sink> make_counting_sink(std::shared_ptr<std::atomic<std::int64_t>> count);

SchemaPtr due_schema();
SchemaPtr flood_schema();

}  // namespace millrace::bench
