#include "operators/session_aggregate.hpp"

#include "checkpoint/state_map.hpp"
#include "operators/group_table.hpp"
#include "operators/late_rows.hpp"
#include "operators/result_batch.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace millrace {

namespace {

constexpr std::int64_t kNoWatermark = std::numeric_limits<std::int64_t>::min();
/// The end of a session that became part of another; it leaves the state with its timer.
constexpr std::int64_t kMerged = std::numeric_limits<std::int64_t>::min();
constexpr int kLookedAtPerCall = 4096;

/// Where a session's state keeps its bounds; microseconds.
struct Bounds {
  std::int64_t start;
  std::int64_t end;
};
Bounds& bounds_of(std::byte* session) { return *reinterpret_cast<Bounds*>(session); }
static_assert(sizeof(Bounds) == sizeof(StateTimer));

std::vector<DataType> plain_types(const AggregateOptions& options, int session_key) {
  std::vector<DataType> types;
  for (std::size_t i = 0; i < options.keys.size(); ++i)
    if (int(i) != session_key) types.push_back(options.keys[i]->type());
  return types;
}

class SessionAggregate final : public Operator {
 public:
  SessionAggregate(AggregateOptions options, int session_key)
      : options_(std::move(options)),
        session_key_(static_cast<std::size_t>(session_key)),
        encoder_(plain_types(options_, session_key)),
        calls_({}, options_.aggregates, true),
        sessions_(GroupTable::layout_of(options_.aggregates, true)),
        result_(options_.output, options_.on_error) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    result_.open(context);
    context.state.declare("sessions", sessions_);
    context.state.declare_number("watermark", watermark_, NumberMerge::Smallest);
    return {};
  }

  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output& out) override;
  Progress on_epoch_end(Epoch epoch, Output& out) override;
  Progress finish(Output& out) override;
  Progress resume(Output& out) override { return run(out); }

 private:
  enum class Step { EmitAll, EmitDue, AdvanceWatermark, EndEpoch };

  bool is_complete() const { return options_.policy.mode == OutputMode::Complete; }
  bool forgets() const { return !is_complete() && options_.event_time_key >= 0; }
  bool evaluate(RecordBatch& batch);
  void drop_late(RecordBatch& batch, Output& out);
  std::byte* session_for(std::uint32_t k, Bounds row);
  std::byte* make_session(std::uint32_t k, Bounds bounds);
  void absorb(std::byte* into, std::byte* from);
  void merge_states();
  void restore_timers();

  Progress run(Output& out);
  Progress run_step(Step step, Output& out);
  Progress emit_all(Output& out);
  Progress emit_due(Output& out);
  void append(std::byte* session);
  void end_epoch();

  // Fixed after open.
  const AggregateOptions options_;
  const std::size_t session_key_;
  OperatorContext* context_ = nullptr;

  KeyEncoder encoder_;
  // Evaluates and runs the aggregates; the groups are the sessions below.
  GroupTable calls_;

  // State: sessions of a key by their start, each with one timer at an end that it has or had.
  StateMap sessions_;
  TimerIndex timers_;
  std::int64_t num_sessions_ = 0;
  bool has_timers_ = false;
  std::int64_t watermark_ = kNoWatermark;
  std::int64_t next_watermark_ = kNoWatermark;

  // Since the last marker.
  std::int64_t updated_ = 0;
  std::int64_t removed_ = 0;

  // What is left to do before the next input, and how far it is.
  std::vector<Step> steps_;
  StateTable::Cursor cursor_;
  ResultBatch result_;

  // Scratch of one batch.
  std::vector<ColumnRef> keys_;
  ColumnRef session_column_;
  std::vector<std::uint32_t> kept_rows_;
  std::vector<std::uint32_t> late_rows_;
  std::vector<std::byte*> targets_;
  std::vector<std::byte*> touching_;
  std::vector<std::pair<std::byte*, std::byte*>> merges_;
  std::vector<ColumnRef> key_columns_;
};

Progress SessionAggregate::process(int /*port*/, RecordBatch batch, Output& out) {
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  if (!has_timers_) restore_timers();
  if (watermark_ != kNoWatermark && options_.event_time_key >= 0) drop_late(batch, out);
  const Rows rows = batch.rows();
  encoder_.encode(keys_, rows);
  targets_.resize(rows.size());
  const auto* starts = session_column_->child(0)->values<std::int64_t>();
  const auto* ends = session_column_->child(1)->values<std::int64_t>();
  for (std::uint32_t k = 0; k < rows.size(); ++k)
    targets_[k] = session_for(k, {starts[rows[k]], ends[rows[k]]});
  calls_.assign(targets_);
  calls_.update(context_->eval, rows);
  merge_states();
  for (std::byte* target : targets_) sessions_.changed(target);
  keys_.clear();
  session_column_.reset();
  if (!settle_errors(*context_, options_.on_error, batch)) return Progress::Done;
  context_->counters.state_rows_total.set(num_sessions_);
  return Progress::Done;
}

/// Evaluates everything that may fail before any state changes; false when the job has failed.
bool SessionAggregate::evaluate(RecordBatch& batch) {
  keys_.clear();
  for (std::size_t i = 0; i < options_.keys.size(); ++i) {
    ColumnRef key = options_.keys[i]->evaluate(context_->eval, batch, batch.rows());
    if (i == session_key_) session_column_ = std::move(key);
    else keys_.push_back(std::move(key));
  }
  calls_.evaluate(context_->eval, batch);
  return settle_errors(*context_, options_.on_error, batch);
}

void SessionAggregate::drop_late(RecordBatch& batch, Output& out) {
  const auto* ends = session_column_->child(1)->values<std::int64_t>();
  kept_rows_.clear();
  late_rows_.clear();
  batch.rows().for_each(
      [&](std::uint32_t row) { (ends[row] > watermark_ ? kept_rows_ : late_rows_).push_back(row); });
  if (late_rows_.empty()) return;
  context_->counters.state_rows_dropped_by_watermark.add(
      static_cast<std::int64_t>(late_rows_.size()));
  give_late(batch, late_rows_, context_->pool, out);
  std::swap(batch.start_selection(), kept_rows_);
}

/// The session that holds the row: one that it touches, what several become, or a new one.
std::byte* SessionAggregate::session_for(std::uint32_t k, Bounds row) {
  touching_.clear();
  if (const MapElements* known = sessions_.find(encoder_.key(k), encoder_.hash(k))) {
    for (const MapElement& element :
         known->range(std::numeric_limits<std::int64_t>::min(), row.end))
      if (bounds_of(element.value).end >= row.start) touching_.push_back(element.value);
  }
  if (touching_.empty()) return make_session(k, row);
  std::byte* session = touching_.front();
  // Sessions lie by their start: one that begins earlier takes another place.
  if (row.start < bounds_of(session).start) {
    session = make_session(k, row);
    touching_.push_back(touching_.front());
  }
  Bounds& bounds = bounds_of(session);
  bounds.end = std::max(bounds.end, row.end);
  for (std::size_t i = 1; i < touching_.size(); ++i) absorb(session, touching_[i]);
  return session;
}

std::byte* SessionAggregate::make_session(std::uint32_t k, Bounds bounds) {
  std::byte* session = sessions_.insert(encoder_.key(k), encoder_.hash(k), bounds.start);
  bounds_of(session) = bounds;
  if (forgets()) timers_.add(bounds.end, session);
  ++num_sessions_;
  ++updated_;
  return session;
}

/// Rows of this batch may still go to `from`: the states are merged when all have.
void SessionAggregate::absorb(std::byte* into, std::byte* from) {
  bounds_of(into).end = std::max(bounds_of(into).end, bounds_of(from).end);
  bounds_of(from).end = kMerged;
  merges_.emplace_back(into, from);
  --num_sessions_;
}

void SessionAggregate::merge_states() {
  for (const auto& [into, from] : merges_) {
    calls_.merge(into, from);
    sessions_.changed(into);
    sessions_.changed(from);
  }
  for (const auto& [into, from] : merges_) {
    if (forgets()) break;  // their timers remove them
    std::replace(targets_.begin(), targets_.end(), from, into);
    sessions_.erase(from);
  }
  merges_.clear();
}

/// After a restart the sessions are there, their timers are not.
void SessionAggregate::restore_timers() {
  has_timers_ = true;
  if (timers_.size() != 0) return;
  StateTable::Cursor cursor;
  while (std::byte* session = sessions_.table().next(cursor)) {
    num_sessions_ += bounds_of(session).end == kMerged ? 0 : 1;
    if (forgets()) timers_.add(bounds_of(session).end, session);
  }
}

Progress SessionAggregate::on_watermark(Watermark watermark, Output& out) {
  next_watermark_ = watermark.micros;
  if (options_.policy.at_marker) return Progress::Done;
  if (!is_complete()) steps_ = {Step::EmitDue};
  steps_.push_back(Step::AdvanceWatermark);
  return run(out);
}

Progress SessionAggregate::on_epoch_end(Epoch /*epoch*/, Output& out) {
  if (!has_timers_) restore_timers();
  if (is_complete()) steps_ = {Step::EmitAll};
  else if (options_.policy.at_marker) steps_ = {Step::EmitDue};
  steps_.push_back(Step::AdvanceWatermark);
  steps_.push_back(Step::EndEpoch);
  return run(out);
}

Progress SessionAggregate::finish(Output& out) {
  steps_ = {Step::EmitAll, Step::EndEpoch};
  return run(out);
}

Progress SessionAggregate::run(Output& out) {
  while (!steps_.empty()) {
    if (run_step(steps_.front(), out) == Progress::More) return Progress::More;
    steps_.erase(steps_.begin());
  }
  return Progress::Done;
}

Progress SessionAggregate::run_step(Step step, Output& out) {
  switch (step) {
    case Step::EmitAll: return emit_all(out);
    case Step::EmitDue: return emit_due(out);
    case Step::AdvanceWatermark:
      if (next_watermark_ > watermark_) out.emit(Watermark{next_watermark_});
      watermark_ = std::max(watermark_, next_watermark_);
      return Progress::Done;
    case Step::EndEpoch: end_epoch(); return Progress::Done;
  }
  return Progress::Done;
}

Progress SessionAggregate::emit_all(Output& out) {
  while (std::byte* session = sessions_.table().next(cursor_)) {
    if (bounds_of(session).end != kMerged) append(session);
    if (!result_.is_full()) continue;
    result_.flush(out);
    if (out.is_full()) return Progress::More;
  }
  result_.flush(out);
  cursor_ = {};
  return Progress::Done;
}

/// A session whose end moved on after its timer was set gets another.
Progress SessionAggregate::emit_due(Output& out) {
  for (int i = 0; i < kLookedAtPerCall && !result_.is_full(); ++i) {
    std::byte* session = timers_.take_due(next_watermark_);
    if (session == nullptr) {
      result_.flush(out);
      return Progress::Done;
    }
    const std::int64_t end = bounds_of(session).end;
    if (end > next_watermark_) {
      timers_.add(end, session);
      continue;
    }
    if (end != kMerged) {
      append(session);
      --num_sessions_;
      ++removed_;
    }
    sessions_.erase(session);
  }
  result_.flush(out);
  return Progress::More;
}

void SessionAggregate::append(std::byte* session) {
  const std::vector<ColumnRef>& columns = result_.columns();
  const std::size_t num_keys = options_.keys.size();
  key_columns_.clear();
  for (std::size_t i = 0; i < num_keys; ++i)
    if (i != session_key_) key_columns_.push_back(columns[i]);
  encoder_.decode(StateMap::key_of(session), key_columns_);
  Column& window = *columns[session_key_];
  window.child(0)->append(bounds_of(session).start);
  window.child(1)->append(bounds_of(session).end);
  window.append_struct();
  calls_.finish_calls(context_->eval, {&session, 1}, std::span(columns).subspan(num_keys));
  key_columns_.clear();
  result_.row_done();
}

void SessionAggregate::end_epoch() {
  SubtaskCounters& counters = context_->counters;
  counters.state_rows_total.set(num_sessions_);
  counters.state_rows_updated.set(updated_);
  counters.state_rows_removed.set(removed_);
  counters.state_bytes.set(static_cast<std::int64_t>(sessions_.bytes_used()));
  updated_ = removed_ = 0;
}

}  // namespace

std::unique_ptr<Operator> make_session_aggregate(AggregateOptions options, int session_key) {
  return std::make_unique<SessionAggregate>(std::move(options), session_key);
}

}  // namespace millrace
