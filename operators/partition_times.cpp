#include "operators/partition_times.hpp"

#include "operators/event_times.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace millrace {

namespace {
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();
}

PartitionTimes::PartitionTimes(Options options, std::int64_t now)
    : options_(std::move(options)),
      first_idle_(now + options_.idle_timeout_micros),
      encoder_(options_.types),
      latest_(kNoTime),
      is_waiting_(options_.waits_for_first ? 1 : 0) {}

void PartitionTimes::declare(SubtaskState& state) {
  state.declare("partitions", partitions_);
  state.declare_number("latest", latest_, NumberMerge::Largest);
  state.declare_number("waiting", is_waiting_, NumberMerge::Largest);
}

/// After a restart every partition has the whole timeout to be heard again.
void PartitionTimes::restart_clocks() {
  if (std::exchange(has_clocks_, true)) return;
  StateTable::Cursor cursor;
  while (std::byte* value = partitions_.next(cursor)) at(value).idle_from = first_idle_;
}

void PartitionTimes::observe(const RecordBatch& batch, int time_column, std::int64_t now) {
  restart_clocks();
  keys_.clear();
  for (const int column : options_.columns)
    keys_.push_back(batch.column_ref(static_cast<std::size_t>(column)));
  const Rows rows = batch.rows();
  encoder_.encode(keys_, rows);
  const EventTimes times(batch.column(static_cast<std::size_t>(time_column)));
  // Rows of a partition mostly follow each other.
  std::byte* value = nullptr;
  std::string_view key;
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    if (times.is_null(rows[k])) continue;
    if (value == nullptr || encoder_.key(k) != key) value = find(k);
    key = encoder_.key(k);
    note(value, times[rows[k]], now);
  }
  keys_.clear();
}

std::byte* PartitionTimes::find(std::uint32_t position) {
  std::byte* value =
      partitions_.find_or_insert(encoder_.key(position), encoder_.hash(position));
  if (at(value).idle_from == 0) at(value).time = kNoTime;
  return value;
}

void PartitionTimes::note(std::byte* value, std::int64_t time, std::int64_t now) {
  Partition& partition = at(value);
  partition.idle_from = now + options_.idle_timeout_micros;
  if (time <= partition.time) return;
  partition.time = time;
  latest_ = std::max(latest_, time);
  partitions_.changed(value);
}

std::int64_t PartitionTimes::forget_idle(std::int64_t now) {
  restart_clocks();
  if (now >= first_idle_) is_waiting_ = 0;
  std::int64_t next = now < first_idle_ ? first_idle_ : now + options_.idle_timeout_micros;
  std::vector<std::byte*> idle;
  StateTable::Cursor cursor;
  while (std::byte* value = partitions_.next(cursor)) {
    if (at(value).idle_from <= now) idle.push_back(value);
    else next = std::min(next, at(value).idle_from);
  }
  for (std::byte* value : idle) partitions_.erase(value);
  return next;
}

std::optional<std::int64_t> PartitionTimes::slowest() const {
  if (is_waiting_ != 0 || latest_ == kNoTime) return std::nullopt;
  std::int64_t slowest = std::numeric_limits<std::int64_t>::max();
  StateTable::Cursor cursor;
  while (const std::byte* value = partitions_.next(cursor))
    slowest = std::min(slowest, at(const_cast<std::byte*>(value)).time);
  return partitions_.size() == 0 ? latest_ : slowest;
}

}  // namespace millrace
