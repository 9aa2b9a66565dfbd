#pragma once

#include "operators/event_times.hpp"
#include "operators/operator.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace millrace {

/// Gives the listed rows of `batch` to what reads late rows, if anything does. `rows` is empty then.
inline void give_late(const RecordBatch& batch, std::vector<std::uint32_t>& rows, RecordPool& pool,
                      Output& out) {
  if (rows.empty() || !out.takes_late()) return;
  RecordBatch late = pool.share(batch);
  std::swap(late.start_selection(), rows);
  out.emit_late(std::move(late));
}

/// Watermark of an operator that drops rows behind it. In micro-batch mode rows are judged by the
/// watermark before the last marker (Spark's rule of two watermarks), in continuous mode by the one
/// that came last. Not thread-safe.
class LateRows {
 public:
  /// `column`: the input's event time, -1 when it has none and no row is late.
  LateRows(int column, bool at_marker) : column_(column), at_marker_(at_marker) {}

  /// Declares the watermark in force as state.
  void open(SubtaskState& state) {
    state.declare_number("watermark", watermark_, NumberMerge::Largest);
  }

  /// Takes late rows out of the selection, counts them and gives them to what reads them.
  void drop(RecordBatch& batch, OperatorContext& context, Output& out) {
    if (column_ < 0 || watermark_ == kNone) return;
    const EventTimes times(batch.column(static_cast<std::size_t>(column_)));
    kept_.clear();
    late_.clear();
    batch.rows().for_each([&](std::uint32_t row) {
      const bool is_late = !times.is_null(row) && times[row] <= watermark_;
      (is_late ? late_ : kept_).push_back(row);
    });
    if (late_.empty()) return;
    context.counters.state_rows_dropped_by_watermark.add(static_cast<std::int64_t>(late_.size()));
    give_late(batch, late_, context.pool, out);
    std::swap(batch.start_selection(), kept_);
  }

  /// For `Operator::on_watermark`: true when the new watermark is in force at once.
  bool arrive(Watermark watermark) {
    next_ = watermark.micros;
    return !at_marker_;
  }
  /// Puts what arrived in force and passes it on; a restored watermark once more.
  void advance(Output& out) {
    watermark_ = std::max(watermark_, next_);
    if (watermark_ <= given_) return;
    given_ = watermark_;
    out.emit(Watermark{watermark_});
  }
  /// By what rows are judged; the least number while there is none.
  std::int64_t in_force() const { return watermark_; }
  /// What `advance` is about to put in force.
  std::int64_t next() const { return next_; }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

  const int column_;
  const bool at_marker_;
  std::int64_t watermark_ = kNone;
  std::int64_t next_ = kNone;
  // Passed on since the start of the process.
  std::int64_t given_ = kNone;
  std::vector<std::uint32_t> kept_;
  std::vector<std::uint32_t> late_;
};

}  // namespace millrace
