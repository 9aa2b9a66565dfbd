#pragma once

#include <readerwriterqueue/readerwriterqueue.h>

#include <atomic>
#include <cstdint>

#include "records/event.hpp"

namespace millrace {

class TaskCell;

/// FIFO from one subtask to one subtask, bounded in records and in batches: many small batches cost more
/// than a large one, and while the writer waits, what comes in above it gathers into large ones. Control
/// events need no credit but never overtake records. One writer and one reader, which may be different
/// threads.
class Channel {
 public:
  static constexpr std::int64_t kCapacityBatches = 16;

  Channel(TaskCell& writer, TaskCell& reader, std::int64_t capacity_records)
      : writer_(writer), reader_(reader), capacity_(capacity_records) {}

  /// Writer: takes the event unless it is a batch and the channel is full (then the writing task is
  /// signalled when there is room).
  bool try_push(Event& event) {
    if (const RecordBatch* batch = std::get_if<RecordBatch>(&event)) {
      if (is_full() && !has_room_after_all()) return false;
      queued_.fetch_add(weight_of(*batch), std::memory_order_seq_cst);
    }
    queue_.enqueue(std::move(event));
    announce_to_sanitizer();
    return true;
  }

  /// Reader: the next event; false when there is none. May signal the writing task.
  bool try_pop(Event& event);
  /// Reader.
  bool is_empty() { return queue_.peek() == nullptr; }

  TaskCell& reader() { return reader_; }
  std::int64_t num_queued_records() const {
    return records_in(queued_.load(std::memory_order_relaxed));
  }

 private:
  // One word counts records, and batches above them.
  static constexpr std::int64_t kOneBatch = std::int64_t{1} << 40;
  static std::int64_t weight_of(const RecordBatch& batch) { return kOneBatch + batch.num_rows(); }
  static std::int64_t records_in(std::int64_t queued) { return queued % kOneBatch; }
  static std::int64_t batches_in(std::int64_t queued) { return queued / kOneBatch; }

  bool is_full() const {
    const std::int64_t queued = queued_.load(std::memory_order_seq_cst);
    return records_in(queued) >= capacity_ || batches_in(queued) >= kCapacityBatches;
  }
  /// Waiting writers are woken when so much is gone, not for each batch.
  bool is_half_empty(std::int64_t queued) const {
    return records_in(queued) <= capacity_ / 2 && batches_in(queued) <= kCapacityBatches / 2;
  }
  /// Announces that the writer waits, then looks again: either the reader sees the announcement or we
  /// see its room (store and load on both sides are sequentially consistent).
  bool has_room_after_all() {
    writer_waits_.store(true, std::memory_order_seq_cst);
    return !is_full();
  }

  // The queue orders its accesses with fences, which the thread sanitizer does not understand.
#ifdef __SANITIZE_THREAD__
  void announce_to_sanitizer() { handed_over_.fetch_add(1, std::memory_order_release); }
  void heed_for_sanitizer() { (void)handed_over_.load(std::memory_order_acquire); }
  std::atomic<std::uint64_t> handed_over_{0};
#else
  void announce_to_sanitizer() {}
  void heed_for_sanitizer() {}
#endif

  TaskCell& writer_;
  TaskCell& reader_;
  const std::int64_t capacity_;
  moodycamel::ReaderWriterQueue<Event> queue_{64};
  std::atomic<std::int64_t> queued_{0};
  std::atomic<bool> writer_waits_{false};
};

}  // namespace millrace
