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
// Entries or rows that one call deals with: well below what other records may have to wait.
constexpr std::size_t kPerCall = ResultBatch::kRows;
constexpr std::size_t kFetchedAhead = 8;

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

/// Begins to load an entry: its value and the key in front of it.
void fetch(const std::byte* entry) {
  __builtin_prefetch(entry - 64);
  __builtin_prefetch(entry);
}

/// Makes a value what it was when it was new.
void reset(std::byte* value, const StateLayout& layout) {
  std::size_t begin = 0;
  for (const std::size_t offset : layout.growing) {
    std::memset(value + begin, 0, offset - begin);
    reinterpret_cast<StateBytes*>(value + offset)->resize(0);
    begin = offset + sizeof(StateBytes);
  }
  std::memset(value + begin, 0, layout.value_size - begin);
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
        total_layout_(GroupTable::layout_of(options_.aggregate.aggregates, true)),
        totals_(total_layout_),
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
  void prepare();
  bool find_window();
  std::int64_t first_open_window(std::int64_t slice) const;
  bool is_added(std::int64_t slice) const {
    return slice < next_slice_ || (slice == next_slice_ && next_entry_ != 0);
  }
  bool add_slices(std::int64_t end);
  void add_entries(const Slice& slice, std::size_t first, std::size_t count);
  bool give_rows(Output& out);
  void append_rows();
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

  // State: an entry for each key and slice, which begins with the slice's start. Windows that end
  // at or before the watermark were given.
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

  // What is left to do before the next input, and how far it is: the window that closes next, its
  // rows by key, the slice and entry that come next. Slices are added as soon as they are complete,
  // ahead of the end of the window. Totals of another round are of windows before.
  std::vector<Step> steps_;
  Stage stage_ = Stage::FindWindow;
  std::int64_t window_ = 0;
  const StateLayout total_layout_;
  StateTable totals_;
  std::uint32_t total_round_ = 0;
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
  if (!settle_errors(*context_, options_.aggregate.on_error, batch)) return Progress::Done;
  count_entries();
  if (!options_.aggregate.policy.at_marker) prepare();
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
    const bool is_new = start.is_set == 0;
    if (is_new) start = {slicing_.slice_of(times[rows[k]]), 1};
    if (is_new) slices_[start.micros].push_back(found_[k]);
    // The totals lack this row, or are of a window that is not the first to close any more.
    if (stage_ == Stage::AddSlices &&
        (is_added(start.micros) || first_open_window(start.micros) < window_))
      stage_ = Stage::FindWindow;
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
      return Progress::More;
    case Stage::AddSlices:
      if (window_ + slicing_.size() > next_watermark_) return Progress::Done;
      if (add_slices(kEndOfTime)) stage_ = Stage::GiveRows;
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

/// Does a portion of the work that the end of the next window would have to wait for.
void SlicedAggregate::prepare() {
  if (stage_ == Stage::FindWindow && !find_window()) return;
  if (next_watermark_ != kNoWatermark) (void)add_slices(slicing_.slice_of(next_watermark_));
}

/// The earliest window with a slice that was not given.
std::int64_t SlicedAggregate::first_open_window(std::int64_t slice) const {
  const std::int64_t window = slicing_.first_window(slice);
  const bool is_closed = closed_ != kNoWatermark && window + slicing_.size() <= closed_;
  return is_closed ? slicing_.first_window(closed_) : window;
}

/// Turns to the earliest window that has rows and was not given; false when there is none.
bool SlicedAggregate::find_window() {
  if (slices_.empty()) return false;
  window_ = first_open_window(slices_.begin()->first);
  next_slice_ = window_;
  next_entry_ = 0;
  if (++total_round_ == 0) total_round_ = 1;
  stage_ = Stage::AddSlices;
  return true;
}

/// True when all slices of the window that begin before `end` have been added to the totals.
bool SlicedAggregate::add_slices(std::int64_t end) {
  auto slice = slices_.lower_bound(next_slice_);
  end = std::min(end, window_ + slicing_.size());
  if (slice == slices_.end() || slice->first >= end) return true;
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
    if (i + kFetchedAhead < count) fetch(slice[first + i + kFetchedAhead]);
    entry_keys_[i] = plain_key_of(slice[first + i]);
    hashes_[i] = KeyEncoder::hash_of(entry_keys_[i]);
  }
  totals_.find_or_insert_batch(entry_keys_, hashes_, found_.data());
  for (std::size_t i = 0; i < count; ++i) {
    if (StateTable::mark(found_[i], total_round_)) reset(found_[i], total_layout_);
    calls_.merge(found_[i], slice[first + i]);
  }
}

/// Gives a portion of the window's rows; true when all are out.
bool SlicedAggregate::give_rows(Output& out) {
  found_.clear();
  std::byte* total = nullptr;
  while (found_.size() < kPerCall && (total = totals_.next(cursor_)) != nullptr) {
    const bool is_of_window = !StateTable::mark(total, total_round_);
    if (is_of_window)
      found_.push_back(total);
    else
      totals_.erase(total);
  }
  append_rows();
  result_.flush(out);
  if (total != nullptr) return false;
  cursor_ = {};
  closed_ = std::max(closed_, window_ + slicing_.size());
  return true;
}

void SlicedAggregate::append_rows() {
  if (found_.empty()) return;
  const std::vector<ColumnRef>& columns = result_.columns();
  const std::size_t num_keys = options_.aggregate.keys.size();
  key_columns_.clear();
  for (std::size_t i = 0; i < num_keys; ++i)
    if (i != window_key_) key_columns_.push_back(columns[i]);
  Column& window = *columns[window_key_];
  for (const std::byte* total : found_) {
    encoder_.decode(StateTable::key_of(total), key_columns_);
    window.child(0)->append(window_);
    window.child(1)->append(window_ + slicing_.size());
    window.append_struct();
    calls_.finish_calls(context_->eval, total, std::span(columns).subspan(num_keys));
    result_.row_done();
  }
  key_columns_.clear();
}

/// True when no slice is left whose windows have all been given.
bool SlicedAggregate::forget_slices() {
  const auto slice = slices_.begin();
  if (slice == slices_.end() || slicing_.last_window(slice->first) + slicing_.size() > closed_)
    return true;
  Slice& entries = slice->second;
  for (std::size_t i = std::min(kPerCall, entries.size()); i > 0; --i) {
    if (entries.size() > kFetchedAhead) fetch(entries[entries.size() - 1 - kFetchedAhead]);
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
