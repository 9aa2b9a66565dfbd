#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "checkpoint/checkpoint_store.hpp"
#include "checkpoint/epoch_coordinator.hpp"
#include "checkpoint/marker_aligner.hpp"
#include "checkpoint/watermark_combiner.hpp"
#include "metrics/counters.hpp"
#include "records/result.hpp"
#include "records/secrets.hpp"

namespace millrace {

/// What tasks tell the job. Every call is safe from any thread and returns at once; calls made by one
/// task arrive in order.
class JobEvents {
 public:
  virtual ~JobEvents() = default;
  virtual void on_report(SubtaskReport report) = 0;
  virtual void on_latest_offset(std::size_t source, std::optional<std::string> start,
                                std::optional<std::string> end) = 0;
  virtual void on_committed(Epoch epoch) = 0;
  virtual void on_source_ended() = 0;
  virtual void on_data_available() = 0;
  /// `where` names the node. The first failure ends the job.
  virtual void on_failure(const std::string& where, Error error) = 0;
  virtual void on_warning(const std::string& where, const std::string& text) = 0;
};

/// What the coordinator decided about the epochs under way; written by it before the epoch starts,
/// read by any task that works on the epoch.
class EpochBoard {
 public:
  void plan(Epoch epoch, std::optional<std::int64_t> watermark, std::int64_t timestamp) {
    Entry& entry = at(epoch);
    entry.watermark.store(watermark.value_or(kNone), std::memory_order_relaxed);
    entry.timestamp.store(timestamp, std::memory_order_relaxed);
    // release: pairs with the acquire in the readers.
    entry.epoch.store(number(epoch), std::memory_order_release);
  }
  std::optional<Watermark> watermark(Epoch epoch) const {
    const Entry& entry = at(epoch);
    if (entry.epoch.load(std::memory_order_acquire) != number(epoch)) return std::nullopt;
    const std::int64_t micros = entry.watermark.load(std::memory_order_relaxed);
    return micros == kNone ? std::nullopt : std::optional(Watermark{micros});
  }
  /// Microseconds since 1970 UTC; `otherwise` when the epoch was not planned (continuous mode).
  std::int64_t timestamp(Epoch epoch, std::int64_t otherwise) const {
    const Entry& entry = at(epoch);
    return entry.epoch.load(std::memory_order_acquire) == number(epoch)
               ? entry.timestamp.load(std::memory_order_relaxed)
               : otherwise;
  }

 private:
  static constexpr std::int64_t kNone = INT64_MIN;
  struct Entry {
    std::atomic<std::int64_t> epoch{-1};
    std::atomic<std::int64_t> watermark{kNone};
    std::atomic<std::int64_t> timestamp{0};
  };
  // More than the epochs that can be in flight.
  std::array<Entry, 16> entries_;
  Entry& at(Epoch epoch) { return entries_[static_cast<std::size_t>(number(epoch)) % 16]; }
  const Entry& at(Epoch epoch) const {
    return entries_[static_cast<std::size_t>(number(epoch)) % 16];
  }
};

/// Clocks of a job; virtual ones in simulation.
struct JobClock {
  std::function<std::int64_t()> now_micros;  // microseconds since 1970 UTC
  std::function<std::int64_t()> steady_ns;
};

/// Where one task stands in its job.
struct TaskPlace {
  int node = 0;
  int subtask = 0;
  int num_subtasks = 1;
  std::string name;
  JobEvents* events = nullptr;
  const EpochBoard* board = nullptr;
  JobClock clock;
  Epoch first_epoch{};
  Alignment alignment = Alignment::Aligned;
  WatermarkPolicy watermark_policy = WatermarkPolicy::Min;
  /// Has the task run, if nothing else does, after this time.
  std::function<void(std::chrono::microseconds)> signal_after;
  /// Where the subtask's watermark is shown; may be null.
  Counter* watermark = nullptr;
  /// Where state is kept, and under which name; null: nowhere.
  CheckpointStore* store = nullptr;
  SubtaskName saved_as;
  /// What dead letters must not show.
  Secrets secrets;
};

}  // namespace millrace
