#include "operators/sliced_aggregate_operator.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace {

namespace {

constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max();

}  // namespace

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

/// Whether a row may lie in no window, or in one that has closed.
bool SlicedAggregate::has_late(const Rows& rows) const {
  if (times_->has_nulls()) return true;
  const auto* times = times_->values<std::int64_t>();
  bool is_late = false;
  for (std::uint32_t k = 0; k < rows.size(); ++k) is_late |= times[rows[k]] < watermark_;
  return is_late;
}

/// Takes rows out of the selection that lie in no window, or in none that is still open.
void SlicedAggregate::drop_late(RecordBatch& batch) {
  if (!has_late(batch.rows())) return;
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
  if (StateTable::mark(key, total_round_)) {
    reset(total, total_layout_);
    window_keys_.push_back(key);
  }
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

std::unique_ptr<Operator> make_sliced_aggregate(SlicedAggregateOptions options) {
  return std::make_unique<SlicedAggregate>(std::move(options));
}

}  // namespace millrace
