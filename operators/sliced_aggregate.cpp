#include "operators/sliced_aggregate.hpp"

#include "operators/group_table.hpp"
#include "operators/result_batch.hpp"
#include "operators/window_slices.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

namespace millrace {

namespace {

constexpr std::int64_t kNoWatermark = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kPerCall = 2048;

/// The entries of one slice.
using Slice = std::vector<std::byte*>;

std::vector<DataType> plain_types(const AggregateOptions& options) {
  std::vector<DataType> types;
  for (std::size_t i = 0; i < options.keys.size(); ++i)
    if (static_cast<int>(i) != options.event_time_key) types.push_back(options.keys[i]->type());
  return types;
}

StateLayout slice_layout(const AggregateOptions& options) {
  StateLayout layout = GroupTable::layout_of(options.aggregates, true);
  layout.sub_key_size = sizeof(std::int64_t);
  return layout;
}

/// The key of an entry without its slice.
std::string_view plain_key_of(const std::byte* entry) {
  std::string_view key = StateTable::key_of(entry);
  key.remove_suffix(sizeof(std::int64_t));
  return key;
}

class SlicedAggregate final : public Operator {
 public:
  explicit SlicedAggregate(SlicedAggregateOptions options)
      : options_(std::move(options)),
        window_key_(static_cast<std::size_t>(options_.aggregate.event_time_key)),
        slicing_(options_.size, options_.slide, options_.start),
        encoder_(plain_types(options_.aggregate)),
        calls_({}, options_.aggregate.aggregates, true),
        entries_(slice_layout(options_.aggregate)),
        late_windows_(StateLayout{}),
        totals_(GroupTable::layout_of(options_.aggregate.aggregates, true)),
        result_(options_.aggregate.output, options_.aggregate.on_error) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    result_.open(context);
    context.state.declare("slices", entries_);
    context.state.declare_number("watermark", watermark_, NumberMerge::Largest);
    return {};
  }

  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output& out) override;
  Progress on_epoch_end(Epoch epoch, Output& out) override;
  Progress finish(Output& out) override;
  Progress resume(Output& out) override { return run(out); }

 private:
  /// One part of the work that a watermark or marker asks for. Each may stop and go on.
  enum class Step { CloseWindows, AdvanceWatermark, EndEpoch };
  /// Where closing a window stands.
  enum class Stage { FindWindow, AddSlices, GiveRows, ForgetSlices };

  bool evaluate(RecordBatch& batch);
  void drop_late(RecordBatch& batch);
  void count_late(std::uint32_t k, std::int64_t time);
  void find_entries(const Rows& rows);
  void restore();

  Progress run(Output& out);
  Progress close_windows(Output& out);
  bool find_window();
  bool add_slices();
  void add_entries(const Slice& slice, std::size_t first, std::size_t count);
  bool give_rows(Output& out);
  void append_row(const std::byte* total);
  bool forget_slices();
  void advance_watermark(Output& out);
  void end_epoch();
  void count_entries();

  // Fixed after open.
  const SlicedAggregateOptions options_;
  const std::size_t window_key_;
  const WindowSlices slicing_;
  OperatorContext* context_ = nullptr;

  // Of the keys but the window.
  KeyEncoder encoder_;
  // Evaluates and runs the aggregates; the groups are the entries below.
  GroupTable calls_;

  // State: an entry for each key and slice, which begins with the slice's start. Windows that end at or before
  // the watermark were given.
  StateTable entries_;
  std::int64_t watermark_ = kNoWatermark;
  // The same by slice; made again after a restart.
  std::map<std::int64_t, Slice> slices_;
  bool is_restored_ = false;

  // Passed on since the start of the process: a restored watermark is passed on again.
  std::int64_t given_watermark_ = kNoWatermark;
  std::int64_t next_watermark_ = kNoWatermark;

  // Since the last marker.
  std::uint32_t round_ = 1;
  std::int64_t updated_ = 0;
  std::int64_t removed_ = 0;
  StateTable late_windows_;

  // What is left to do before the next input, and how far it is: the window that closes, its rows by key, the
  // slice and entry that come next.
  std::vector<Step> steps_;
  Stage stage_ = Stage::FindWindow;
  std::int64_t window_ = 0;
  StateTable totals_;
  std::int64_t next_slice_ = 0;
  std::size_t next_entry_ = 0;
  StateTable::Cursor cursor_;
  // Windows that end at or before it were given, or had no rows.
  std::int64_t closed_ = kNoWatermark;
  ResultBatch result_;

  // Scratch.
  std::vector<ColumnRef> keys_;
  ColumnRef times_;
  std::vector<std::uint32_t> kept_rows_;
  std::vector<char> key_bytes_;
  std::vector<std::string_view> entry_keys_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::byte*> found_;
  std::vector<ColumnRef> key_columns_;
};

Progress SlicedAggregate::process(int /*port*/, RecordBatch batch, Output& /*out*/) {
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  if (!is_restored_) restore();
  drop_late(batch);
  const Rows rows = batch.rows();
  find_entries(rows);
  calls_.assign(found_);
  calls_.update(context_->eval, rows);
  entries_.changed(found_);
  keys_.clear();
  times_.reset();
  if (settle_errors(*context_, options_.aggregate.on_error, batch)) count_entries();
  return Progress::Done;
}

/// Evaluates everything that may fail before any state changes; false when the job has failed.
bool SlicedAggregate::evaluate(RecordBatch& batch) {
  keys_.clear();
  for (std::size_t i = 0; i < options_.aggregate.keys.size(); ++i)
    if (i != window_key_)
      keys_.push_back(options_.aggregate.keys[i]->evaluate(context_->eval, batch, batch.rows()));
  times_ = flatten(context_->pool, options_.time->evaluate(context_->eval, batch, batch.rows()),
                   batch.num_physical_rows());
  calls_.evaluate(context_->eval, batch);
  return settle_errors(*context_, options_.aggregate.on_error, batch);
}

/// Takes rows out of the selection that lie in no window, or in none that is still open.
void SlicedAggregate::drop_late(RecordBatch& batch) {
  const auto* times = times_->values<std::int64_t>();
  const bool may_be_null = times_->has_nulls();
  const Rows rows = batch.rows();
  kept_rows_.clear();
  bool is_encoded = false;
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    const std::uint32_t row = rows[k];
    if (may_be_null && times_->is_null(row)) continue;
    const std::int64_t time = times[row];
    const bool has_closed =
        watermark_ != kNoWatermark && slicing_.first_window(time) + slicing_.size() <= watermark_;
    if (has_closed) {
      if (!std::exchange(is_encoded, true)) encoder_.encode(keys_, rows);
      count_late(k, time);
      if (slicing_.last_window(time) + slicing_.size() <= watermark_) continue;
    }
    kept_rows_.push_back(row);
  }
  if (kept_rows_.size() != rows.size()) std::swap(batch.start_selection(), kept_rows_);
}

/// Counts each closed window of a key once an epoch.
void SlicedAggregate::count_late(std::uint32_t k, std::int64_t time) {
  const std::size_t before = late_windows_.size();
  const std::int64_t last = slicing_.last_window(time);
  for (std::int64_t window = slicing_.first_window(time);
       window <= last && window + slicing_.size() <= watermark_; window += slicing_.slide()) {
    std::string key(encoder_.key(k));
    key.append(reinterpret_cast<const char*>(&window), sizeof window);
    late_windows_.find_or_insert(key, KeyEncoder::hash_of(key));
  }
  context_->counters.state_rows_dropped_by_watermark.add(
      static_cast<std::int64_t>(late_windows_.size() - before));
}

/// Finds or makes the entry of each row's key and slice.
void SlicedAggregate::find_entries(const Rows& rows) {
  const auto* times = times_->values<std::int64_t>();
  encoder_.encode(keys_, rows);
  const std::size_t count = rows.size();
  std::size_t num_bytes = 0;
  for (const std::string_view key : encoder_.keys()) num_bytes += key.size() + sizeof(std::int64_t);
  key_bytes_.resize(num_bytes);
  entry_keys_.resize(count);
  hashes_.resize(count);
  found_.resize(count);
  char* to = key_bytes_.data();
  for (std::uint32_t k = 0; k < count; ++k) {
    const std::string_view key = encoder_.key(k);
    const std::int64_t slice = slicing_.slice_of(times[rows[k]]);
    std::memcpy(to, key.data(), key.size());
    std::memcpy(to + key.size(), &slice, sizeof slice);
    entry_keys_[k] = {to, key.size() + sizeof slice};
    hashes_[k] = entries_.hash_of_key(entry_keys_[k], encoder_.hash(k));
    to += entry_keys_[k].size();
  }
  entries_.find_or_insert_batch(entry_keys_, hashes_, found_.data());
  for (std::uint32_t k = 0; k < count; ++k) {
    if (StateTable::mark(found_[k], round_)) ++updated_;
    StateTimer& start = GroupTable::event_time(found_[k]);
    if (start.is_set != 0) continue;
    start = {slicing_.slice_of(times[rows[k]]), 1};
    slices_[start.micros].push_back(found_[k]);
  }
}

/// After a restart the entries are there, their order by slice is not.
void SlicedAggregate::restore() {
  is_restored_ = true;
  closed_ = watermark_;
  StateTable::Cursor cursor;
  while (std::byte* entry = entries_.next(cursor))
    slices_[GroupTable::event_time(entry).micros].push_back(entry);
}

Progress SlicedAggregate::on_watermark(Watermark watermark, Output& out) {
  next_watermark_ = watermark.micros;
  if (options_.aggregate.policy.at_marker) return Progress::Done;
  steps_ = {Step::CloseWindows, Step::AdvanceWatermark};
  return run(out);
}

Progress SlicedAggregate::on_epoch_end(Epoch /*epoch*/, Output& out) {
  if (options_.aggregate.policy.at_marker) steps_ = {Step::CloseWindows};
  steps_.push_back(Step::AdvanceWatermark);
  steps_.push_back(Step::EndEpoch);
  return run(out);
}

Progress SlicedAggregate::finish(Output& out) {
  next_watermark_ = kEndOfTime;
  steps_ = {Step::CloseWindows, Step::EndEpoch};
  return run(out);
}

Progress SlicedAggregate::run(Output& out) {
  if (!is_restored_) restore();
  while (!steps_.empty()) {
    const Step step = steps_.front();
    if (step == Step::CloseWindows && close_windows(out) == Progress::More) return Progress::More;
    if (step == Step::AdvanceWatermark) advance_watermark(out);
    if (step == Step::EndEpoch) end_epoch();
    steps_.erase(steps_.begin());
  }
  return Progress::Done;
}

/// Does one portion of the work on the window at hand; Done when no window is left to close.
Progress SlicedAggregate::close_windows(Output& out) {
  switch (stage_) {
    case Stage::FindWindow:
      if (!find_window()) return Progress::Done;
      stage_ = Stage::AddSlices;
      return Progress::More;
    case Stage::AddSlices:
      if (add_slices()) stage_ = Stage::GiveRows;
      return Progress::More;
    case Stage::GiveRows:
      if (give_rows(out)) stage_ = Stage::ForgetSlices;
      return Progress::More;
    case Stage::ForgetSlices:
      if (forget_slices()) stage_ = Stage::FindWindow;
      return Progress::More;
  }
  return Progress::Done;
}

/// The earliest window that has rows and was not given; false when it is not due.
bool SlicedAggregate::find_window() {
  if (slices_.empty()) return false;
  window_ = slicing_.first_window(slices_.begin()->first);
  if (closed_ != kNoWatermark && window_ + slicing_.size() <= closed_)
    window_ = slicing_.first_window(closed_);
  next_slice_ = window_;
  next_entry_ = 0;
  return window_ + slicing_.size() <= next_watermark_;
}

/// True when all slices of the window have been added to the totals.
bool SlicedAggregate::add_slices() {
  auto slice = slices_.lower_bound(next_slice_);
  if (slice == slices_.end() || slice->first >= window_ + slicing_.size()) return true;
  const std::size_t count = std::min(kPerCall, slice->second.size() - next_entry_);
  add_entries(slice->second, next_entry_, count);
  next_entry_ += count;
  next_slice_ = slice->first;
  if (next_entry_ != slice->second.size()) return false;
  ++next_slice_;
  next_entry_ = 0;
  return false;
}

void SlicedAggregate::add_entries(const Slice& slice, std::size_t first, std::size_t count) {
  entry_keys_.resize(count);
  hashes_.resize(count);
  found_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    entry_keys_[i] = plain_key_of(slice[first + i]);
    hashes_[i] = KeyEncoder::hash_of(entry_keys_[i]);
  }
  totals_.find_or_insert_batch(entry_keys_, hashes_, found_.data());
  for (std::size_t i = 0; i < count; ++i) calls_.merge(found_[i], slice[first + i]);
}

/// True when all rows of the window are out.
bool SlicedAggregate::give_rows(Output& out) {
  while (const std::byte* total = totals_.next(cursor_)) {
    append_row(total);
    if (!result_.is_full()) continue;
    result_.flush(out);
    if (out.is_full()) return false;
  }
  result_.flush(out);
  cursor_ = {};
  totals_.clear();
  closed_ = std::max(closed_, window_ + slicing_.size());
  return true;
}

void SlicedAggregate::append_row(const std::byte* total) {
  const std::vector<ColumnRef>& columns = result_.columns();
  const std::size_t num_keys = options_.aggregate.keys.size();
  key_columns_.clear();
  for (std::size_t i = 0; i < num_keys; ++i)
    if (i != window_key_) key_columns_.push_back(columns[i]);
  encoder_.decode(StateTable::key_of(total), key_columns_);
  Column& window = *columns[window_key_];
  window.child(0)->append(window_);
  window.child(1)->append(window_ + slicing_.size());
  window.append_struct();
  calls_.finish_calls(context_->eval, total, std::span(columns).subspan(num_keys));
  key_columns_.clear();
  result_.row_done();
}

/// True when no slice is left whose windows have all been given.
bool SlicedAggregate::forget_slices() {
  const auto slice = slices_.begin();
  if (slice == slices_.end() || slicing_.last_window(slice->first) + slicing_.size() > closed_)
    return true;
  Slice& entries = slice->second;
  for (std::size_t i = std::min(kPerCall, entries.size()); i > 0; --i) {
    entries_.erase(entries.back());
    entries.pop_back();
    ++removed_;
  }
  if (entries.empty()) slices_.erase(slice);
  return false;
}

void SlicedAggregate::advance_watermark(Output& out) {
  watermark_ = std::max(watermark_, next_watermark_);
  closed_ = std::max(closed_, watermark_);
  if (watermark_ <= given_watermark_) return;
  given_watermark_ = watermark_;
  out.emit(Watermark{watermark_});
}

void SlicedAggregate::count_entries() {
  context_->counters.state_rows_total.set(static_cast<std::int64_t>(entries_.size()));
}

void SlicedAggregate::end_epoch() {
  SubtaskCounters& counters = context_->counters;
  count_entries();
  counters.state_rows_updated.set(updated_);
  counters.state_rows_removed.set(removed_);
  counters.state_bytes.set(static_cast<std::int64_t>(entries_.bytes_used()));
  updated_ = removed_ = 0;
  if (++round_ == 0) round_ = 1;
  if (late_windows_.size() != 0) late_windows_.clear();
}

}  // namespace

std::unique_ptr<Operator> make_sliced_aggregate(SlicedAggregateOptions options) {
  return std::make_unique<SlicedAggregate>(std::move(options));
}

}  // namespace millrace
