#include "operators/aggregate.hpp"

#include "checkpoint/timer_index.hpp"
#include "expressions/expression_types.hpp"
#include "operators/event_times.hpp"
#include "operators/group_table.hpp"
#include "operators/late_rows.hpp"
#include "operators/result_batch.hpp"

#include <algorithm>
#include <limits>

namespace millrace {

namespace {

constexpr std::int64_t kNoWatermark = std::numeric_limits<std::int64_t>::min();
// Well below what other records may have to wait.
constexpr std::size_t kRemovedPerCall = ResultBatch::kRows;

class Aggregate final : public Operator {
 public:
  explicit Aggregate(AggregateOptions options)
      : options_(std::move(options)),
        has_event_time_(options_.event_time_key >= 0),
        groups_(types_of(options_.keys), options_.aggregates, has_event_time_),
        late_keys_(StateLayout{}),
        result_(options_.output, options_.on_error) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    result_.open(context);
    context.state.declare("groups", groups_.table());
    if (has_event_time_) context.state.declare_timers("groups", timers_, 0);
    context.state.declare_number("watermark", watermark_, NumberMerge::Largest);
    context.state.declare_number("gave_rows", gave_rows_, NumberMerge::Largest);
    if (options_.keys.empty()) groups_.find_global();
    return {};
  }

  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output& out) override;
  Progress on_epoch_end(Epoch epoch, Output& out) override;
  Progress finish(Output& out) override;
  Progress resume(Output& out) override { return run(out); }

 private:
  /// One part of the work that a watermark or marker asks for. Each may stop and go on.
  enum class Step {
    EmitTouched,
    EmitAll,
    EmitDue,
    RemoveGiven,
    RemoveDue,
    AdvanceWatermark,
    EndEpoch
  };

  OutputMode mode() const { return options_.policy.mode; }
  bool at_marker() const { return options_.policy.at_marker; }
  bool evaluate_keys(RecordBatch& batch);
  void drop_late(RecordBatch& batch, Output& out);
  void touch(std::byte* group);
  void set_event_times(Rows rows);
  void note_ingest(std::int64_t ns);
  EventTimes event_times() const {
    return EventTimes(*keys_[static_cast<std::size_t>(options_.event_time_key)]);
  }

  Progress run(Output& out);
  Progress run_step(Step step, Output& out);
  template <class Next>
  Progress emit_groups(Output& out, Next next);
  std::byte* next_touched();
  void advance_watermark(Output& out);
  void give(Output& out);
  Progress remove_given();
  Progress remove_due();
  void remove(std::byte* group);
  void end_epoch();

  // Fixed after open.
  const AggregateOptions options_;
  const bool has_event_time_;
  OperatorContext* context_ = nullptr;

  // State.
  GroupTable groups_;
  TimerIndex timers_;
  std::int64_t watermark_ = kNoWatermark;
  // 1 once a result has been given.
  std::int64_t gave_rows_ = 0;

  // Passed on since the start of the process: a restored watermark is passed on again.
  std::int64_t given_watermark_ = kNoWatermark;
  // Arrived, but not acted on before the marker (micro-batch) or before `steps_` are done.
  std::int64_t next_watermark_ = kNoWatermark;

  // Since the last marker.
  std::vector<std::byte*> touched_;
  std::uint32_t round_ = 1;
  StateTable late_keys_;
  std::int64_t updated_ = 0;
  std::int64_t removed_ = 0;

  // What is left to do before the next input, and how far it is.
  std::vector<Step> steps_;
  std::size_t next_touched_ = 0;
  StateTable::Cursor cursor_;
  // Given for good: removed when all of their kind are out.
  std::vector<std::byte*> given_;
  ResultBatch result_;

  // Scratch of one batch.
  std::vector<ColumnRef> keys_;
  std::vector<std::byte*> portion_;
  std::vector<std::uint32_t> late_rows_;
  std::vector<std::uint32_t> kept_rows_;
};

Progress Aggregate::process(int /*port*/, RecordBatch batch, Output& out) {
  if (batch.num_rows() == 0 || !evaluate_keys(batch)) return Progress::Done;
  if (watermark_ != kNoWatermark && has_event_time_ && mode() != OutputMode::Complete)
    drop_late(batch, out);
  const Rows rows = batch.rows();
  groups_.find(keys_, rows);
  for (std::byte* group : groups_.groups()) touch(group);
  if (has_event_time_) set_event_times(rows);
  groups_.update(context_->eval, rows);
  keys_.clear();
  if (!settle_errors(*context_, options_.on_error, batch)) return Progress::Done;
  context_->counters.state_rows_total.set(static_cast<std::int64_t>(groups_.table().size()));
  note_ingest(batch.ingest_ns());
  if (mode() != OutputMode::Update || at_marker()) return Progress::Done;
  steps_ = {Step::EmitTouched};
  return run(out);
}

/// Evaluates everything that may fail before any state changes; false when the job has failed.
bool Aggregate::evaluate_keys(RecordBatch& batch) {
  keys_.clear();
  for (const BoundExpressionPtr& key : options_.keys)
    keys_.push_back(key->evaluate(context_->eval, batch, batch.rows()));
  groups_.evaluate(context_->eval, batch);
  return settle_errors(*context_, options_.on_error, batch);
}

/// Takes late rows out of the selection, gives them to what reads them and counts each of their groups
/// once an epoch.
void Aggregate::drop_late(RecordBatch& batch, Output& out) {
  const EventTimes times = event_times();
  late_rows_.clear();
  kept_rows_.clear();
  batch.rows().for_each([&](std::uint32_t row) {
    const bool is_late = !times.is_null(row) && times[row] <= watermark_;
    (is_late ? late_rows_ : kept_rows_).push_back(row);
  });
  if (late_rows_.empty()) return;
  KeyEncoder& encoder = groups_.encoder();
  encoder.encode(keys_,
                 Rows::listed(late_rows_.data(), static_cast<std::uint32_t>(late_rows_.size())));
  const std::size_t before = late_keys_.size();
  for (std::uint32_t k = 0; k < encoder.size(); ++k)
    late_keys_.find_or_insert(encoder.key(k), encoder.hash(k));
  context_->counters.state_rows_dropped_by_watermark.add(
      static_cast<std::int64_t>(late_keys_.size() - before));
  give_late(batch, late_rows_, context_->pool, out);
  std::swap(batch.start_selection(), kept_rows_);
}

void Aggregate::touch(std::byte* group) {
  if (!StateTable::mark(group, round_)) return;
  ++updated_;
  if (mode() == OutputMode::Update) touched_.push_back(group);
}

void Aggregate::set_event_times(Rows rows) {
  if (mode() == OutputMode::Complete) return;
  const EventTimes times = event_times();
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    StateTimer& time = GroupTable::event_time(groups_.groups()[k]);
    if (time.is_set != 0 || times.is_null(rows[k])) continue;
    timers_.set(time, times[rows[k]], groups_.groups()[k]);
  }
}

void Aggregate::note_ingest(std::int64_t ns) {
  if (at_marker() || mode() != OutputMode::Update) return;
  result_.set_ingest_ns(ns);
}

Progress Aggregate::on_watermark(Watermark watermark, Output& out) {
  next_watermark_ = watermark.micros;
  if (at_marker()) return Progress::Done;
  if (mode() == OutputMode::Append)
    steps_.insert(steps_.end(), {Step::EmitDue, Step::RemoveGiven});
  if (mode() == OutputMode::Update) steps_.push_back(Step::RemoveDue);
  steps_.push_back(Step::AdvanceWatermark);
  return run(out);
}

Progress Aggregate::on_epoch_end(Epoch /*epoch*/, Output& out) {
  const bool is_global = options_.keys.empty();
  if (is_global && (at_marker() || gave_rows_ == 0)) touch(groups_.find_global());
  switch (mode()) {
    case OutputMode::Append:
      if (at_marker()) steps_ = {Step::EmitDue, Step::RemoveGiven};
      break;
    case OutputMode::Update: steps_ = {Step::EmitTouched, Step::RemoveDue}; break;
    // Continuous: a table that nothing changed need not be given again; of several subtasks none knows
    // whether the parts of the others changed.
    case OutputMode::Complete:
      if (at_marker() || updated_ != 0 || context_->num_subtasks > 1) steps_ = {Step::EmitAll};
      break;
  }
  steps_.push_back(Step::AdvanceWatermark);
  steps_.push_back(Step::EndEpoch);
  return run(out);
}

Progress Aggregate::finish(Output& out) {
  const bool is_open = mode() == OutputMode::Append || updated_ != 0 || gave_rows_ == 0;
  if (!is_open) return Progress::Done;
  if (options_.keys.empty()) touch(groups_.find_global());
  steps_ = {mode() == OutputMode::Update ? Step::EmitTouched : Step::EmitAll, Step::EndEpoch};
  return run(out);
}

Progress Aggregate::run(Output& out) {
  while (!steps_.empty()) {
    if (run_step(steps_.front(), out) == Progress::More) return Progress::More;
    steps_.erase(steps_.begin());
  }
  return Progress::Done;
}

Progress Aggregate::run_step(Step step, Output& out) {
  switch (step) {
    case Step::EmitTouched: return emit_groups(out, [this] { return next_touched(); });
    case Step::EmitAll: return emit_groups(out, [this] { return groups_.table().next(cursor_); });
    case Step::EmitDue:
      return emit_groups(out, [this] { return timers_.take_due(next_watermark_); });
    case Step::RemoveGiven: return remove_given();
    case Step::RemoveDue: return remove_due();
    case Step::AdvanceWatermark: advance_watermark(out); return Progress::Done;
    case Step::EndEpoch: end_epoch(); return Progress::Done;
  }
  return Progress::Done;
}

void Aggregate::advance_watermark(Output& out) {
  watermark_ = std::max(watermark_, next_watermark_);
  if (watermark_ <= given_watermark_) return;
  given_watermark_ = watermark_;
  out.emit(Watermark{watermark_});
}

/// Gives out a portion of the groups that `next` names; Done when it names no more.
template <class Next>
Progress Aggregate::emit_groups(Output& out, Next next) {
  portion_.clear();
  std::byte* group = nullptr;
  while (portion_.size() < ResultBatch::kRows && (group = next()) != nullptr)
    portion_.push_back(group);
  give(out);
  if (group != nullptr) return Progress::More;
  cursor_ = {};
  touched_.clear();
  next_touched_ = 0;
  return Progress::Done;
}

void Aggregate::give(Output& out) {
  if (portion_.empty()) return;
  groups_.finish(context_->eval, portion_, result_.columns());
  result_.rows_done(static_cast<std::uint32_t>(portion_.size()));
  result_.flush(out);
  gave_rows_ = 1;
  if (steps_.front() == Step::EmitDue) given_.insert(given_.end(), portion_.begin(), portion_.end());
}

std::byte* Aggregate::next_touched() {
  constexpr std::size_t kAhead = 4;
  if (next_touched_ == touched_.size()) return nullptr;
  if (next_touched_ + kAhead < touched_.size()) groups_.fetch_states(touched_[next_touched_ + kAhead]);
  std::byte* group = touched_[next_touched_++];
  StateTable::mark(group, 0);
  return group;
}

/// Rows that wait for the end of a window do not wait for the removal of those before them.
Progress Aggregate::remove_given() {
  for (std::size_t i = std::min(kRemovedPerCall, given_.size()); i > 0; --i) {
    remove(given_.back());
    given_.pop_back();
  }
  return given_.empty() ? Progress::Done : Progress::More;
}

Progress Aggregate::remove_due() {
  for (std::size_t i = 0; i < kRemovedPerCall; ++i) {
    std::byte* group = timers_.take_due(next_watermark_);
    if (group == nullptr) return Progress::Done;
    remove(group);
  }
  return Progress::More;
}

void Aggregate::remove(std::byte* group) {
  groups_.table().erase(group);
  ++removed_;
}

void Aggregate::end_epoch() {
  SubtaskCounters& counters = context_->counters;
  counters.state_rows_total.set(static_cast<std::int64_t>(groups_.table().size()));
  counters.state_rows_updated.set(updated_);
  counters.state_rows_removed.set(removed_);
  counters.state_bytes.set(static_cast<std::int64_t>(groups_.table().bytes_used()));
  updated_ = removed_ = 0;
  if (++round_ == 0) round_ = 1;
  if (late_keys_.size() != 0) late_keys_.clear();
}

}  // namespace

std::unique_ptr<Operator> make_aggregate(AggregateOptions options) {
  return std::make_unique<Aggregate>(std::move(options));
}

}  // namespace millrace
