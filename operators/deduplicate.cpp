#include "operators/deduplicate.hpp"

#include "checkpoint/state_table.hpp"
#include "checkpoint/timer_index.hpp"
#include "operators/event_times.hpp"
#include "operators/late_rows.hpp"
#include "records/key_encoding.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace millrace {

namespace {

constexpr std::int64_t kNoWatermark = std::numeric_limits<std::int64_t>::min();
constexpr int kRemovedPerCall = 4096;

class Deduplicate final : public Operator {
 public:
  explicit Deduplicate(DeduplicateOptions options)
      : options_(std::move(options)),
        has_timers_(options_.within_watermark || options_.event_time_is_key),
        seen_at_(has_timers_ ? sizeof(StateTimer) : 0),
        encoder_(options_.key_types),
        seen_(StateLayout{seen_at_ + 1, {}, 0}) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    context.state.declare("seen", seen_);
    if (has_timers_) context.state.declare_timers("seen", timers_, 0);
    context.state.declare_number("watermark", watermark_, NumberMerge::Largest);
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (options_.event_time >= 0 && watermark_ != kNoWatermark) drop_late(batch, out);
    if (batch.num_rows() == 0) return Progress::Done;
    keep_first(batch);
    context_->counters.state_rows_total.set(static_cast<std::int64_t>(seen_.size()));
    if (batch.num_rows() != 0) out.emit(std::move(batch));
    return Progress::Done;
  }

  Progress on_watermark(Watermark watermark, Output& out) override {
    next_watermark_ = watermark.micros;
    return options_.policy.at_marker ? Progress::Done : advance(out);
  }

  Progress on_epoch_end(Epoch /*epoch*/, Output& out) override {
    ends_epoch_ = true;
    return advance(out);
  }

  Progress resume(Output& out) override { return advance(out); }

 private:
  Progress advance(Output& out);
  void drop_late(RecordBatch& batch, Output& out);
  void keep_first(RecordBatch& batch);
  void set_timer(const RecordBatch& batch, std::uint32_t row, std::byte* entry);
  EventTimes event_times(const RecordBatch& batch) const {
    return EventTimes(batch.column(static_cast<std::size_t>(options_.event_time)));
  }
  void advance_watermark(Output& out);
  void end_epoch();

  // Fixed after open.
  const DeduplicateOptions options_;
  const bool has_timers_;
  // A value is the timer, where there are timers, and a byte that is 1 for a key that was seen.
  const std::size_t seen_at_;
  OperatorContext* context_ = nullptr;

  // State.
  KeyEncoder encoder_;
  StateTable seen_;
  TimerIndex timers_;
  std::int64_t watermark_ = kNoWatermark;

  // Passed on since the start of the process: a restored watermark is passed on again.
  std::int64_t given_watermark_ = kNoWatermark;
  std::int64_t next_watermark_ = kNoWatermark;

  // Since the last marker.
  std::int64_t updated_ = 0;
  std::int64_t removed_ = 0;
  // The marker is waiting for `advance` to end.
  bool ends_epoch_ = false;

  // Scratch of one batch.
  std::vector<ColumnRef> keys_;
  std::vector<std::byte*> entries_;
  std::vector<std::uint32_t> kept_;
  std::vector<std::uint32_t> late_;
};

void Deduplicate::drop_late(RecordBatch& batch, Output& out) {
  const EventTimes times = event_times(batch);
  kept_.clear();
  late_.clear();
  batch.rows().for_each([&](std::uint32_t row) {
    const bool is_late = !times.is_null(row) && times[row] <= watermark_;
    (is_late ? late_ : kept_).push_back(row);
  });
  if (late_.empty()) return;
  context_->counters.state_rows_dropped_by_watermark.add(static_cast<std::int64_t>(late_.size()));
  give_late(batch, late_, context_->pool, out);
  std::swap(batch.start_selection(), kept_);
}

void Deduplicate::keep_first(RecordBatch& batch) {
  keys_.clear();
  for (int key : options_.keys) keys_.push_back(batch.column_ref(static_cast<std::size_t>(key)));
  const Rows rows = batch.rows();
  encoder_.encode(keys_, rows);
  entries_.resize(rows.size());
  seen_.find_or_insert_batch(encoder_.keys(), encoder_.hashes(), entries_.data());
  kept_.clear();
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    std::byte* entry = entries_[k];
    if (std::exchange(entry[seen_at_], std::byte{1}) != std::byte{0}) continue;
    kept_.push_back(rows[k]);
    if (has_timers_) set_timer(batch, rows[k], entry);
    seen_.changed(entry);
  }
  keys_.clear();
  updated_ += static_cast<std::int64_t>(kept_.size());
  if (kept_.size() != rows.size()) std::swap(batch.start_selection(), kept_);
}

void Deduplicate::set_timer(const RecordBatch& batch, std::uint32_t row, std::byte* entry) {
  const EventTimes times = event_times(batch);
  StateTimer& timer = *reinterpret_cast<StateTimer*>(entry);
  if (options_.within_watermark) {
    // Spark reads a NULL time as 0.
    const std::int64_t time = times.is_null(row) ? 0 : times[row];
    const bool is_far = time > std::numeric_limits<std::int64_t>::max() - options_.delay_micros;
    if (!is_far) timers_.set(timer, time + options_.delay_micros, entry);
  } else if (!times.is_null(row)) {
    timers_.set(timer, times[row], entry);
  }
}

/// Forgets what the watermark has reached, then puts it in force and passes it on.
Progress Deduplicate::advance(Output& out) {
  for (int i = 0; i < kRemovedPerCall; ++i) {
    std::byte* entry = timers_.take_due(next_watermark_);
    if (entry == nullptr) {
      advance_watermark(out);
      if (ends_epoch_) end_epoch();
      return Progress::Done;
    }
    seen_.erase(entry);
    ++removed_;
  }
  return Progress::More;
}

void Deduplicate::advance_watermark(Output& out) {
  watermark_ = std::max(watermark_, next_watermark_);
  if (watermark_ <= given_watermark_) return;
  given_watermark_ = watermark_;
  out.emit(Watermark{watermark_});
}

void Deduplicate::end_epoch() {
  SubtaskCounters& counters = context_->counters;
  counters.state_rows_total.set(static_cast<std::int64_t>(seen_.size()));
  counters.state_rows_updated.set(updated_);
  counters.state_rows_removed.set(removed_);
  counters.state_bytes.set(
      static_cast<std::int64_t>(seen_.bytes_used() + timers_.size() * sizeof(std::byte*)));
  updated_ = removed_ = 0;
  ends_epoch_ = false;
}

}  // namespace

std::unique_ptr<Operator> make_deduplicate(DeduplicateOptions options) {
  return std::make_unique<Deduplicate>(std::move(options));
}

}  // namespace millrace
