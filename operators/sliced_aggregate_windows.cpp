// How a sliced aggregation closes windows: slices are added up, rows given, slices forgotten.

#include "operators/sliced_aggregate_operator.hpp"

#include <algorithm>
#include <span>

namespace millrace {

namespace {

// Entries or rows that one call deals with: well below what other records may have to wait.
constexpr std::size_t kPerCall = ResultBatch::kRows;
constexpr std::size_t kFetchedAhead = 8;

}  // namespace

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
  window_keys_.clear();
  num_given_ = 0;
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
  const std::size_t count = std::min(kPerCall, window_keys_.size() - num_given_);
  const auto first = window_keys_.begin() + static_cast<std::ptrdiff_t>(num_given_);
  found_keys_.assign(first, first + static_cast<std::ptrdiff_t>(count));
  num_given_ += count;
  append_rows();
  result_.flush(out);
  if (num_given_ != window_keys_.size()) return false;
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
  for (std::size_t k = 0; k < found_keys_.size(); ++k) {
    if (k + kFetchedAhead < found_keys_.size())
      StateTable::fetch_entry(found_keys_[k + kFetchedAhead]);
    encoder_.decode(StateTable::key_of(found_keys_[k]), key_columns_);
    totals_.push_back(total_of(found_keys_[k]));
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

}  // namespace millrace
