#pragma once

#include "operators/result_batch.hpp"
#include "operators/slice_entries.hpp"
#include "operators/sliced_aggregate.hpp"
#include "operators/window_slices.hpp"

#include <limits>
#include <map>

namespace millrace {

/// What `make_sliced_aggregate` makes. sliced_aggregate.cpp puts rows into slices,
/// sliced_aggregate_windows.cpp closes windows.
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
  static constexpr std::int64_t kNoWatermark = std::numeric_limits<std::int64_t>::min();
  /// One part of the work that a watermark or marker asks for. Each may stop and go on.
  enum class Step { CloseWindows, AdvanceWatermark, EndEpoch };
  /// Where closing a window stands.
  enum class Stage { FindWindow, AddSlices, GiveRows, ForgetSlices };

  bool evaluate(RecordBatch& batch);
  bool has_late(const Rows& rows) const;
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
  // The keys that have a total of the window, and how many of them were given.
  std::vector<std::byte*> window_keys_;
  std::size_t num_given_ = 0;
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

}  // namespace millrace
