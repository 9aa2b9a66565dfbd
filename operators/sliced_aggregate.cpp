#include "operators/sliced_aggregate.hpp"

#include "operators/result_batch.hpp"
#include "operators/slice_entries.hpp"
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

class SlicedAggregate final : public Operator {
 public:
  explicit SlicedAggregate(SlicedAggregateOptions options)
      : options_(std::move(options)),
        window_key_(static_cast<std::size_t>(options_.aggregate.event_time_key)),
        slicing_(options_.size, options_.slide, options_.start),
        encoder_(plain_types(options_.aggregate)),
        calls_({}, options_.aggregate.aggregates, true),
        entries_(slice_layout(options_.aggregate)),
        total_layout_(GroupTable::layout_of(options_.aggregate.aggregates, true)),
        keys_of_windows_(key_layout(total_layout_)),
        late_windows_(StateLayout{}),
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
  void find_missing_entries(const Rows& rows);
  void put_into_slice(std::byte* entry, std::byte* key, std::int64_t slice);
  void add_to_totals(const Rows& rows);
  void restore();

  Progress run(Output& out);
  Progress close_windows(Output& out);
  void prepare();
  bool find_window();
  std::int64_t first_open_window(std::int64_t slice) const {
    return slicing_.first_window_behind(closed_, slice);
  }
  bool is_added(const StateTimer& place) const {
    return place.micros < next_slice_ ||
           (place.micros == next_slice_ && index_of(place) < next_entry_);
  }
  std::byte* total_in_round(std::byte* key);
  bool add_slices();
  void add_entries(const Slice& slice, std::size_t first, std::size_t count);
  bool give_rows(Output& out);
  void append_rows();
  void append_window(Column& column);
  void forget(const SliceEntry& gone);
  bool forget_slices();
  void advance_watermark(Output& out);
  void end_epoch();
  void count_entries() {
    context_->counters.state_rows_total.set(static_cast<std::int64_t>(entries_.size()));
  }

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
  // The same by slice, and their keys, each with its total of the window that closes next; made again
  // after a restart.
  std::map<std::int64_t, Slice> slices_;
  const StateLayout total_layout_;
  StateTable keys_of_windows_;
  bool is_restored_ = false;

  // Passed on since the start of the process: a restored watermark is passed on again.
  std::int64_t given_watermark_ = kNoWatermark;
  std::int64_t next_watermark_ = kNoWatermark;

  // Since the last marker.
  std::uint32_t round_ = 1;
  std::int64_t updated_ = 0;
  std::int64_t removed_ = 0;
  StateTable late_windows_;

  // What is left to do before the next input, and how far it is: the window that closes next, the slice
  // and entry that are added to its totals next. Slices are added ahead of the end of the window, rows
  // of those that were added to both. Totals of another round are of windows before.
  std::vector<Step> steps_;
  Stage stage_ = Stage::FindWindow;
  std::int64_t window_ = 0;
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
  std::vector<std::byte*> found_keys_;
  std::vector<std::uint32_t> missing_;
  std::vector<std::byte*> missing_entries_;
  std::vector<std::byte*> totals_;
  std::vector<std::uint32_t> added_rows_;
  std::vector<ColumnRef> key_columns_;
};

Progress SlicedAggregate::process(int /*port*/, RecordBatch batch, Output& /*out*/) {
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  if (!is_restored_) restore();
  drop_late(batch);
  const Rows rows = batch.rows();
  find_entries(rows);
  if (stage_ == Stage::AddSlices) add_to_totals(rows);
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
        time < watermark_ && slicing_.first_window(time) + slicing_.size() <= watermark_;
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

/// Finds or makes the entry of each row's key and slice: mostly the one that the key was last seen in.
void SlicedAggregate::find_entries(const Rows& rows) {
  const auto* times = times_->values<std::int64_t>();
  encoder_.encode(keys_, rows);
  const std::size_t count = rows.size();
  found_.resize(count);
  found_keys_.resize(count);
  missing_.clear();
  keys_of_windows_.find_or_insert_batch(encoder_.keys(), encoder_.hashes(), found_keys_.data());
  for (std::uint32_t k = 0; k < count; ++k) {
    const KeyHead& head = head_of(found_keys_[k]);
    found_[k] = head.entry;
    const bool is_there = head.entry != nullptr && slicing_.contains(head.slice, times[rows[k]]);
    if (is_there)
      StateTable::fetch_entry(head.entry);
    else
      missing_.push_back(k);
  }
  if (!missing_.empty()) find_missing_entries(rows);
  for (std::byte* entry : found_)
    if (StateTable::mark(entry, round_)) ++updated_;
}

void SlicedAggregate::find_missing_entries(const Rows& rows) {
  const auto* times = times_->values<std::int64_t>();
  std::size_t num_bytes = 0;
  for (const std::uint32_t k : missing_) num_bytes += encoder_.key(k).size() + sizeof(std::int64_t);
  key_bytes_.resize(num_bytes);
  entry_keys_.resize(missing_.size());
  hashes_.resize(missing_.size());
  missing_entries_.resize(missing_.size());
  char* to = key_bytes_.data();
  for (std::size_t i = 0; i < missing_.size(); ++i) {
    const std::string_view key = encoder_.key(missing_[i]);
    const std::int64_t slice = slicing_.slice_of(times[rows[missing_[i]]]);
    std::memcpy(to, key.data(), key.size());
    std::memcpy(to + key.size(), &slice, sizeof slice);
    entry_keys_[i] = {to, key.size() + sizeof slice};
    hashes_[i] = entries_.hash_of_key(entry_keys_[i], encoder_.hash(missing_[i]));
    to += entry_keys_[i].size();
  }
  entries_.find_or_insert_batch(entry_keys_, hashes_, missing_entries_.data());
  for (std::size_t i = 0; i < missing_.size(); ++i) {
    std::byte* entry = found_[missing_[i]] = missing_entries_[i];
    std::byte* key = found_keys_[missing_[i]];
    const std::int64_t slice = slicing_.slice_of(times[rows[missing_[i]]]);
    if (GroupTable::event_time(entry).is_set == 0) put_into_slice(entry, key, slice);
    head_of(key).slice = slice;
    head_of(key).entry = entry;
  }
}

void SlicedAggregate::put_into_slice(std::byte* entry, std::byte* key, std::int64_t slice) {
  Slice& entries = slices_[slice];
  entries.push_back({entry, key});
  GroupTable::event_time(entry) = {slice, static_cast<std::int64_t>(entries.size())};
  ++head_of(key).num_slices;
}

/// Adds rows to the totals too whose entries were added before.
void SlicedAggregate::add_to_totals(const Rows& rows) {
  const std::int64_t end_of_earlier = window_ - slicing_.slide() + slicing_.size();
  totals_.clear();
  added_rows_.clear();
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    const StateTimer& place = GroupTable::event_time(found_[k]);
    const bool is_in_earlier =
        place.micros < end_of_earlier && first_open_window(place.micros) < window_;
    if (is_in_earlier) {
      stage_ = Stage::FindWindow;
      return;
    }
    if (!is_added(place)) continue;
    totals_.push_back(total_in_round(found_keys_[k]));
    added_rows_.push_back(rows[k]);
  }
  if (totals_.empty()) return;
  calls_.assign(totals_);
  const auto count = static_cast<std::uint32_t>(added_rows_.size());
  calls_.add(context_->eval, Rows::listed(added_rows_.data(), count));
}

/// The total of a key in the window that closes next.
std::byte* SlicedAggregate::total_in_round(std::byte* key) {
  std::byte* total = total_of(key);
  if (StateTable::mark(key, total_round_)) reset(total, total_layout_);
  return total;
}

/// After a restart the entries are there, their order by slice and their keys are not.
void SlicedAggregate::restore() {
  is_restored_ = true;
  closed_ = watermark_;
  StateTable::Cursor cursor;
  while (std::byte* entry = entries_.next(cursor)) {
    const std::string_view key = plain_key_of(entry);
    put_into_slice(entry, keys_of_windows_.find_or_insert(key, KeyEncoder::hash_of(key)),
                   GroupTable::event_time(entry).micros);
  }
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
    case Stage::FindWindow: return find_window() ? Progress::More : Progress::Done;
    case Stage::AddSlices:
      if (window_ + slicing_.size() > next_watermark_) return Progress::Done;
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

/// Does a portion of the work that the end of the next window would have to wait for.
void SlicedAggregate::prepare() {
  if (stage_ == Stage::FindWindow && !find_window()) return;
  (void)add_slices();
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

/// Adds a portion of the window's slices to the totals; true when all have been added.
bool SlicedAggregate::add_slices() {
  auto slice = slices_.lower_bound(next_slice_);
  if (slice == slices_.end() || slice->first >= window_ + slicing_.size()) return true;
  if (slice->first != next_slice_) next_entry_ = 0;
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
  for (std::size_t i = first; i < first + count; ++i) {
    if (i + kFetchedAhead < slice.size()) {
      StateTable::fetch_entry(slice[i + kFetchedAhead].entry);
      StateTable::fetch_entry(slice[i + kFetchedAhead].key);
    }
    calls_.merge(total_in_round(slice[i].key), slice[i].entry);
  }
}

/// Gives a portion of the window's rows; true when all are out.
bool SlicedAggregate::give_rows(Output& out) {
  found_keys_.clear();
  std::byte* key = nullptr;
  while (found_keys_.size() < kPerCall && (key = keys_of_windows_.next(cursor_)) != nullptr) {
    const bool is_of_window = !StateTable::mark(key, total_round_);
    if (is_of_window) found_keys_.push_back(key);
  }
  append_rows();
  result_.flush(out);
  if (key != nullptr) return false;
  cursor_ = {};
  closed_ = std::max(closed_, window_ + slicing_.size());
  return true;
}

void SlicedAggregate::append_rows() {
  if (found_keys_.empty()) return;
  const std::vector<ColumnRef>& columns = result_.columns();
  const std::size_t num_keys = options_.aggregate.keys.size();
  key_columns_.clear();
  for (std::size_t i = 0; i < num_keys; ++i)
    if (i != window_key_) key_columns_.push_back(columns[i]);
  totals_.clear();
  for (std::byte* key : found_keys_) {
    encoder_.decode(StateTable::key_of(key), key_columns_);
    totals_.push_back(total_of(key));
  }
  append_window(*columns[window_key_]);
  calls_.finish_calls(context_->eval, totals_, std::span(columns).subspan(num_keys));
  result_.rows_done(static_cast<std::uint32_t>(found_keys_.size()));
  key_columns_.clear();
}

/// The window at hand, once for each row.
void SlicedAggregate::append_window(Column& column) {
  for (std::size_t k = 0; k < found_keys_.size(); ++k) {
    column.child(0)->append(window_);
    column.child(1)->append(window_ + slicing_.size());
    column.append_struct();
  }
}

void SlicedAggregate::forget(const SliceEntry& gone) {
  KeyHead& head = head_of(gone.key);
  if (head.entry == gone.entry) head.entry = nullptr;
  if (--head.num_slices == 0) keys_of_windows_.erase(gone.key);
  entries_.erase(gone.entry);
  ++removed_;
}

/// True when no slice is left whose windows have all been given.
bool SlicedAggregate::forget_slices() {
  const auto slice = slices_.begin();
  if (slice == slices_.end() || slicing_.last_window(slice->first) + slicing_.size() > closed_)
    return true;
  Slice& entries = slice->second;
  for (std::size_t i = std::min(kPerCall, entries.size()); i > 0; --i) {
    if (entries.size() > kFetchedAhead) {
      StateTable::fetch_entry(entries[entries.size() - 1 - kFetchedAhead].entry);
      StateTable::fetch_entry(entries[entries.size() - 1 - kFetchedAhead].key);
    }
    forget(entries.back());
    entries.pop_back();
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

void SlicedAggregate::end_epoch() {
  SubtaskCounters& counters = context_->counters;
  count_entries();
  counters.state_rows_updated.set(updated_);
  counters.state_rows_removed.set(removed_);
  counters.state_bytes.set(
      static_cast<std::int64_t>(entries_.bytes_used() + keys_of_windows_.bytes_used()));
  updated_ = removed_ = 0;
  if (++round_ == 0) round_ = 1;
  if (late_windows_.size() != 0) late_windows_.clear();
}

}  // namespace

std::unique_ptr<Operator> make_sliced_aggregate(SlicedAggregateOptions options) {
  return std::make_unique<SlicedAggregate>(std::move(options));
}

}  // namespace millrace
