#include "operators/frame_aggregate.hpp"

#include "checkpoint/timer_index.hpp"
#include "operators/frame_totals.hpp"
#include "operators/key_states.hpp"
#include "operators/late_rows.hpp"
#include "operators/row_errors.hpp"

#include <deque>

namespace millrace {

namespace {

constexpr int kKeysPerCall = 4096;

/// The fixed part of a key's state; the buffered rows are a growing part behind it.
struct KeyHeader {
  /// Where its totals may stand; another process made it what it is after a restart.
  std::uint32_t slot;
  std::uint32_t unused;
  /// ROWS: the number of the next row.
  std::int64_t next_row;
  /// When all rows that it had can be forgotten.
  StateTimer timer;
};
constexpr std::size_t kRowsOffset = sizeof(KeyHeader);
constexpr std::size_t kTimerOffset = offsetof(KeyHeader, timer);

StateLayout state_layout() {
  StateLayout layout;
  layout.value_size = kRowsOffset + (sizeof(StateBytes) + 15) / 16 * 16;
  layout.growing = {kRowsOffset};
  return layout;
}

class FrameAggregate final : public Operator {
 public:
  explicit FrameAggregate(FrameAggregateOptions options)
      : options_(std::move(options)),
        plan_(options_),
        keys_(options_.keys, state_layout()),
        late_(options_.event_time, options_.policy.at_marker) {}

  Status open(OperatorContext& context) override;
  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output& out) override {
    return late_.arrive(watermark) ? forget(out) : Progress::Done;
  }
  Progress on_epoch_end(Epoch /*epoch*/, Output& out) override {
    ends_epoch_ = true;
    return forget(out);
  }
  Progress resume(Output& out) override { return forget(out); }

 private:
  /// What follows the rows of one key. Has no owner when it is free.
  struct Follower {
    std::byte* owner = nullptr;
    FrameTotals totals;
  };

  static KeyHeader& header_of(std::byte* key) { return *reinterpret_cast<KeyHeader*>(key); }
  FrameRows rows_of(std::byte* key) {
    return {plan_.layout, *reinterpret_cast<StateBytes*>(key + kRowsOffset)};
  }
  bool is_range() const { return options_.order >= 0; }

  bool evaluate(RecordBatch& batch);
  void start_results(RecordBatch& batch);
  void add_rows(const RecordBatch& batch);
  void add_row(std::byte* key, std::uint32_t row);
  void add_between(std::byte* key, FrameRows& rows, std::int64_t time, std::uint32_t row);
  void put_alone(std::uint32_t row);
  void write(std::byte* to, std::int64_t time, std::uint32_t row) const {
    plan_.layout.write(to, time, values_, filters_, row);
  }
  void put(const FrameTotals& totals, const FrameRows& rows, std::uint32_t row) {
    totals.put(plan_, rows, context_->eval, results_.data(), row);
  }
  FrameTotals& totals_of(std::byte* key, const FrameRows& rows);
  void replay(FrameTotals& totals, const FrameRows& rows, std::uint32_t from, std::uint32_t to);
  void drop_front(std::byte* key, FrameRows& rows, std::uint32_t count);
  void drop_passed(std::byte* key, FrameRows& rows, std::int64_t watermark);
  void set_timer(std::byte* key, const FrameRows& rows);

  Progress forget(Output& out);
  void forget_rows(std::byte* key);
  void end_epoch();

  // Fixed after open.
  const FrameAggregateOptions options_;
  const FramePlan plan_;
  OperatorContext* context_ = nullptr;

  // State.
  KeyStates keys_;
  TimerIndex timers_;
  LateRows late_;

  // Made from the state.
  std::deque<Follower> followers_;
  std::vector<std::uint32_t> free_followers_;

  // The marker is waiting for `forget` to end.
  bool ends_epoch_ = false;

  // Scratch of one batch.
  std::vector<ColumnRef> values_;
  std::vector<ColumnRef> filters_;
  std::vector<ColumnRef> results_;
  ColumnRef times_;
  StateBytes alone_;
  FrameTotals alone_totals_;
};

Status FrameAggregate::open(OperatorContext& context) {
  context_ = &context;
  keys_.open(context, "rows");
  context.state.declare_timers("rows", timers_, kTimerOffset);
  late_.open(context.state);
  return {};
}

Progress FrameAggregate::process(int /*port*/, RecordBatch batch, Output& out) {
  late_.drop(batch, *context_, out);
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  keys_.find(batch);
  start_results(batch);
  add_rows(batch);
  keys_.found_changed();
  if (settle_errors(*context_, options_.on_error, batch) && batch.num_rows() != 0)
    out.emit(std::move(batch));
  return Progress::Done;
}

/// Everything that may fail for a row, before any state changes; false when no row is left.
bool FrameAggregate::evaluate(RecordBatch& batch) {
  const auto evaluated = [&](const BoundExpressionPtr& expression) {
    return expression ? expression->evaluate(context_->eval, batch, batch.rows()) : ColumnRef();
  };
  keys_.evaluate(batch);
  values_.clear();
  filters_.clear();
  for (const FrameArgument& argument : options_.arguments) {
    values_.push_back(evaluated(argument.value));
    filters_.push_back(evaluated(argument.filter));
  }
  if (is_range()) times_ = batch.column_ref(static_cast<std::size_t>(options_.order));
  return settle_errors(*context_, options_.on_error, batch) && batch.num_rows() != 0;
}

/// Puts the columns of results behind those of the batch.
void FrameAggregate::start_results(RecordBatch& batch) {
  results_.clear();
  for (const FrameCall& call : options_.calls) {
    results_.push_back(context_->pool.make_column(call.result));
    results_.back()->resize(batch.rows().end());
    batch.columns().push_back(results_.back());
  }
  batch.set_schema(options_.output);
}

void FrameAggregate::add_rows(const RecordBatch& batch) {
  const Rows rows = batch.rows();
  for (std::uint32_t k = 0; k < rows.size(); ++k) add_row(keys_.found()[k], rows[k]);
  values_.clear();
  filters_.clear();
  results_.clear();
  times_.reset();
}

void FrameAggregate::add_row(std::byte* key, std::uint32_t row) {
  if (is_range() && times_->is_null(row)) return put_alone(row);
  KeyHeader& header = header_of(key);
  const std::int64_t time = is_range() ? long_value(*times_, row) : header.next_row++;
  FrameRows rows = rows_of(key);
  const std::uint32_t count = rows.size();
  if (count != 0 && time < rows.time(count - 1)) return add_between(key, rows, time, row);
  FrameTotals& totals = totals_of(key, rows);
  write(rows.append(), time, row);
  totals.add(plan_, rows, count);
  put(totals, rows, row);
  if (!is_range() && count > plan_.longest()) drop_front(key, rows, 1);
  if (options_.event_time < 0) return;
  if (!header_of(key).timer.is_set) set_timer(key, rows);
  drop_passed(key, rows, late_.in_force());
}

/// A row out of order: the key's totals go back to it, and then on to the newest row.
void FrameAggregate::add_between(std::byte* key, FrameRows& rows, std::int64_t time,
                                 std::uint32_t row) {
  FrameTotals& totals = totals_of(key, rows);
  const std::uint32_t place = rows.upper_bound(time);
  write(rows.insert(place), time, row);
  const std::uint32_t from = rows.lower_bound(FramePlan::begin_of(time, plan_.longest()));
  replay(totals, rows, from, place + 1);
  put(totals, rows, row);
  for (std::uint32_t i = place + 1; i < rows.size(); ++i) totals.add(plan_, rows, i);
}

/// A row without a time.
void FrameAggregate::put_alone(std::uint32_t row) {
  alone_.resize(0);
  FrameRows rows(plan_.layout, alone_);
  write(rows.append(), 0, row);
  replay(alone_totals_, rows, 0, 1);
  put(alone_totals_, rows, row);
}

FrameTotals& FrameAggregate::totals_of(std::byte* key, const FrameRows& rows) {
  std::uint32_t& slot = header_of(key).slot;
  if (slot < followers_.size() && followers_[slot].owner == key) return followers_[slot].totals;
  if (free_followers_.empty()) {
    free_followers_.push_back(static_cast<std::uint32_t>(followers_.size()));
    followers_.emplace_back();
  }
  slot = free_followers_.back();
  free_followers_.pop_back();
  followers_[slot].owner = key;
  replay(followers_[slot].totals, rows, 0, rows.size());
  return followers_[slot].totals;
}

void FrameAggregate::replay(FrameTotals& totals, const FrameRows& rows, std::uint32_t from,
                            std::uint32_t to) {
  totals.reset(plan_, from);
  for (std::uint32_t i = from; i < to; ++i) totals.add(plan_, rows, i);
}

void FrameAggregate::drop_front(std::byte* key, FrameRows& rows, std::uint32_t count) {
  totals_of(key, rows).drop_front(plan_, rows, count);
  rows.drop_front(count);
}

/// Drops the rows that no row after the watermark has in its frame.
void FrameAggregate::drop_passed(std::byte* key, FrameRows& rows, std::int64_t watermark) {
  const std::int64_t limit = FramePlan::begin_of(watermark, plan_.longest());
  std::uint32_t count = 0;
  while (count < rows.size() && rows.time(count) <= limit) ++count;
  if (count != 0) drop_front(key, rows, count);
}

/// A key that gets no more rows is looked at when all it has can go; one that does drops them as it
/// goes.
void FrameAggregate::set_timer(std::byte* key, const FrameRows& rows) {
  StateTimer& timer = header_of(key).timer;
  const std::int64_t newest = rows.time(rows.size() - 1);
  const bool is_never = __builtin_add_overflow(newest, plan_.longest(), &timer.micros);
  timer.is_set = !is_never;
  if (!is_never) timers_.add(timer.micros, key);
}

/// Forgets what the watermark has passed, then puts it in force and passes it on.
Progress FrameAggregate::forget(Output& out) {
  for (int i = 0; i < kKeysPerCall; ++i) {
    std::byte* key = timers_.take_due(late_.next());
    if (key == nullptr) {
      late_.advance(out);
      if (ends_epoch_) end_epoch();
      return Progress::Done;
    }
    forget_rows(key);
  }
  return Progress::More;
}

void FrameAggregate::forget_rows(std::byte* key) {
  FrameRows rows = rows_of(key);
  header_of(key).timer = {};
  drop_passed(key, rows, late_.next());
  if (rows.size() != 0) {
    set_timer(key, rows);
    return keys_.table().changed(key);
  }
  const std::uint32_t slot = header_of(key).slot;
  followers_[slot].owner = nullptr;
  free_followers_.push_back(slot);
  keys_.erase(key);
}

void FrameAggregate::end_epoch() {
  const std::size_t follower = sizeof(Follower) + FrameTotals::bytes_of(plan_);
  keys_.end_epoch(timers_.size() * sizeof(std::byte*) + followers_.size() * follower);
  ends_epoch_ = false;
}

}  // namespace

std::unique_ptr<Operator> make_frame_aggregate(FrameAggregateOptions options) {
  return std::make_unique<FrameAggregate>(std::move(options));
}

}  // namespace millrace
