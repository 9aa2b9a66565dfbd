#include "operators/assign_watermark.hpp"

#include "operators/event_times.hpp"
#include "operators/partition_times.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace millrace {

namespace {

constexpr std::int64_t kMicrosPerMilli = 1000;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::int64_t cut_to_millis(std::int64_t micros) {
  std::int64_t rest = micros % kMicrosPerMilli;
  if (rest < 0) rest += kMicrosPerMilli;
  return micros - rest;
}

class AssignWatermark final : public Operator {
 public:
  explicit AssignWatermark(AssignWatermarkOptions options)
      : options_(std::move(options)), delay_(cut_to_millis(options_.delay_micros)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    context.state.declare_number("watermark", own_watermark_, NumberMerge::Smallest);
    if (!options_.partition_by.empty()) open_partitions();
    if (has_timeout()) note_rows();
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    give_own(out);
    if (batch.num_rows() == 0) return Progress::Done;
    if (has_timeout()) become_active(out);
    observe(batch);
    raise_own();
    out.emit(std::move(batch));
    give_own(out);
    return Progress::Done;
  }

  /// What comes from above is replaced by this node's own.
  Progress on_watermark(Watermark, Output&) override { return Progress::Done; }

  /// Rows may have come since the timer was set.
  Progress on_timer(std::int64_t now, Output& out) override {
    forget_idle_partitions(now);
    give_own(out);
    if (now < idle_from_) {
      wake();
    } else {
      is_idle_ = true;
      out.emit(Activity::Idle);
    }
    return Progress::Done;
  }

  Progress on_epoch_end(Epoch epoch, Output& out) override {
    forget_idle_partitions(context_->services.now_micros());
    stats_.watermark = own_watermark_;
    stats_.is_idle = has_timeout() && context_->services.now_micros() >= idle_from_;
    context_->services.report_event_time(context_->node, epoch, stats_);
    stats_ = {};
    give_own(out);
    if (!options_.policy.at_marker) return Progress::Done;
    if (auto planned = context_->services.planned_watermark(epoch)) give(*planned, out);
    return Progress::Done;
  }

 private:
  bool has_timeout() const { return options_.idle_timeout_micros > 0; }

  void open_partitions() {
    partitions_.emplace(
        PartitionTimes::Options{options_.partition_by, options_.partition_types,
                                options_.idle_timeout_micros, !options_.policy.at_marker},
        context_->services.now_micros());
    partitions_->declare(context_->state);
  }
  void forget_idle_partitions(std::int64_t now) {
    if (!partitions_) return;
    next_idle_partition_ = partitions_->forget_idle(now);
    raise_own();
  }

  void note_rows() {
    idle_from_ = context_->services.now_micros() + options_.idle_timeout_micros;
    if (!is_timed_) wake();
  }
  /// In micro-batch mode the coordinator is told at the marker instead.
  void wake() {
    is_timed_ = !options_.policy.at_marker;
    if (is_timed_) context_->services.wake_at(std::min(idle_from_, next_idle_partition_));
  }
  void become_active(Output& out) {
    if (is_idle_) {
      is_idle_ = is_timed_ = false;
      next_idle_partition_ = kNever;
      out.emit(Activity::Active);
    }
    note_rows();
  }

  void observe(const RecordBatch& batch) {
    const EventTimes times(batch.column(static_cast<std::size_t>(options_.column)));
    EventTimeStats seen = stats_;
    batch.rows().for_each([&](std::uint32_t row) {
      if (!times.is_null(row)) add(seen, cut_to_millis(times[row]));
    });
    stats_ = seen;
    if (partitions_)
      partitions_->observe(batch, options_.column, context_->services.now_micros());
  }

  void raise_own() {
    std::optional<std::int64_t> time;
    if (partitions_) time = partitions_->slowest();
    else if (stats_.count != 0) time = stats_.max;
    if (time) own_watermark_ = std::max(own_watermark_, cut_to_millis(*time) - delay_);
  }

  static void add(EventTimeStats& stats, std::int64_t time) {
    stats.min = stats.count == 0 ? time : std::min(stats.min, time);
    stats.max = stats.count == 0 ? time : std::max(stats.max, time);
    stats.sum += static_cast<double>(time);
    ++stats.count;
  }

  /// In continuous mode; what a checkpoint brought back is the first that the operators below hear.
  void give_own(Output& out) {
    if (!options_.policy.at_marker) give(Watermark{own_watermark_}, out);
  }

  void give(Watermark watermark, Output& out) {
    if (watermark.micros <= given_) return;
    given_ = watermark.micros;
    out.emit(watermark);
  }

  const AssignWatermarkOptions options_;
  const std::int64_t delay_;
  OperatorContext* context_ = nullptr;
  // Of the whole job: never below 0, never falling. State where partitions are followed; elsewhere the
  // operators below and the coordinator keep what they acted on.
  std::int64_t own_watermark_ = 0;
  // Since the start of the process.
  std::int64_t given_ = 0;
  // Processing time after which this node is idle if no row comes; whether a timer is set.
  std::int64_t idle_from_ = 0;
  bool is_timed_ = false;
  bool is_idle_ = false;
  std::optional<PartitionTimes> partitions_;
  std::int64_t next_idle_partition_ = kNever;
  // Since the last marker.
  EventTimeStats stats_;
};

}  // namespace

std::unique_ptr<Operator> make_assign_watermark(AssignWatermarkOptions options) {
  return std::make_unique<AssignWatermark>(std::move(options));
}

}  // namespace millrace
