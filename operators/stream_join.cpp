#include "operators/stream_join.hpp"

#include "expressions/filter.hpp"
#include "expressions/kernels/gather.hpp"
#include "operators/event_times.hpp"
#include "operators/join_state.hpp"
#include "operators/result_batch.hpp"
#include "records/key_encoding.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace millrace {

namespace {

constexpr std::int64_t kNoWatermark = std::numeric_limits<std::int64_t>::min();
constexpr std::uint32_t kRowsPerBatch = 4096;
constexpr std::size_t kRemovedPerCall = ResultBatch::kRows;

std::vector<DataType> types_of(const std::vector<BoundExpressionPtr>& expressions) {
  std::vector<DataType> types;
  for (const BoundExpressionPtr& expression : expressions) types.push_back(expression->type());
  return types;
}

/// The millisecond at which a time has passed.
std::int64_t millis_up(std::int64_t micros) {
  return micros / 1000 + (micros % 1000 > 0 ? 1 : 0);
}

class StreamJoin final : public Operator {
 public:
  explicit StreamJoin(StreamJoinOptions options)
      : options_(std::move(options)),
        halves_{Half(options_.left, keeps_left(options_.type)),
                Half(options_.right, keeps_right(options_.type))},
        result_(options_.output, options_.on_error) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    result_.open(context);
    context.state.declare("leftRows", halves_[0].state.table());
    context.state.declare("rightRows", halves_[1].state.table());
    context.state.declare_number("watermark", watermark_, NumberMerge::Smallest);
    return {};
  }

  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output& out) override;
  Progress on_epoch_end(Epoch epoch, Output& out) override;
  Progress resume(Output& out) override { return steps_.empty() ? join_pairs(out) : run(out); }

 private:
  /// One side: what it wants and what it keeps.
  struct Half {
    Half(const StreamJoinSide& wanted, bool keeps_rows)
        : side(wanted),
          keeps(keeps_rows),
          encoder(types_of(wanted.input.keys)),
          state(*wanted.input.schema) {}
    const StreamJoinSide& side;
    const bool keeps;
    KeyEncoder encoder;
    JoinState state;
  };
  enum class Fate : std::uint8_t { Joins, NullKey, FailsCondition };
  enum class Step { GiveUpLeft, GiveUpRight, AdvanceWatermark, EndEpoch };

  Half& own() { return halves_[static_cast<std::size_t>(port_)]; }
  Half& other() { return halves_[static_cast<std::size_t>(1 - port_)]; }
  bool is_semi() const { return options_.type == JoinType::LeftSemi; }

  void restore();
  void drop_late(RecordBatch& batch, Output& out);
  void give_late(const RecordBatch& batch, Output& out);
  bool evaluate(RecordBatch& batch);
  void decide_fates(const RecordBatch& batch);

  Progress join_pairs(Output& out);
  bool collect_pairs();
  void start_row();
  void give_pairs(Output& out);
  RecordBatch pairs_batch();
  void keep_first_partners(RecordBatch& pairs);
  void finish_input(Output& out);
  void keep_rows();
  void keep_row(std::uint32_t position, std::optional<std::int64_t> due);
  void give_matched(Output& out);
  void give_alone(Output& out);

  Progress run(Output& out);
  Progress run_step(Step step, Output& out);
  Progress give_up(Half& half, Output& out);
  void append_alone(const Half& half, const std::byte* row);
  void advance_watermark(Output& out);
  void end_epoch();
  void count_rows();

  // Fixed after open.
  const StreamJoinOptions options_;
  OperatorContext* context_ = nullptr;

  // State.
  Half halves_[2];
  bool is_restored_ = false;
  std::int64_t watermark_ = kNoWatermark;
  // Arrived, but not acted on before the marker (micro-batch) or before `steps_` are done.
  std::int64_t next_watermark_ = kNoWatermark;
  std::int64_t watermark_given_ = kNoWatermark;

  // Since the last marker.
  std::int64_t updated_ = 0;
  std::int64_t removed_ = 0;

  // What is left to do before the next input.
  std::vector<Step> steps_;
  // The input at hand and how far it is.
  int port_ = 0;
  RecordBatch input_;
  BatchColumns input_columns_;
  std::uint32_t position_ = 0;
  bool is_within_row_ = false;
  std::span<const JoinState::KeptRow> row_partners_;
  std::size_t next_partner_ = 0;
  ResultBatch result_;

  // Scratch of one batch.
  std::vector<ColumnRef> keys_;
  std::vector<Fate> fates_;
  // By position: the rows of the other side with the same key.
  std::vector<const JoinState::KeyRows*> found_;
  std::vector<std::uint8_t> matched_;
  std::vector<std::uint32_t> positions_;
  std::vector<std::byte*> partners_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> late_;
};

Progress StreamJoin::process(int port, RecordBatch batch, Output& out) {
  if (!is_restored_) restore();
  port_ = port;
  if (watermark_ != kNoWatermark && own().side.event_time >= 0) drop_late(batch, out);
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  input_ = std::move(batch);
  position_ = 0;
  is_within_row_ = false;
  matched_.assign(input_.num_rows(), 0);
  other().state.find(own().encoder, found_);
  return join_pairs(out);
}

/// After a restart the rows are there, their order is not.
void StreamJoin::restore() {
  is_restored_ = true;
  for (Half& half : halves_) half.state.restore();
}

void StreamJoin::drop_late(RecordBatch& batch, Output& out) {
  const EventTimes times(batch.column(static_cast<std::size_t>(own().side.event_time)));
  rows_.clear();
  late_.clear();
  batch.rows().for_each([&](std::uint32_t row) {
    const bool is_late = !times.is_null(row) && times[row] <= watermark_;
    (is_late ? late_ : rows_).push_back(row);
  });
  if (late_.empty()) return;
  context_->counters.state_rows_dropped_by_watermark.add(static_cast<std::int64_t>(late_.size()));
  if (out.takes_late()) give_late(batch, out);
  std::swap(batch.start_selection(), rows_);
}

/// Late rows with NULLs for the other side, so that those of both sides have one schema.
void StreamJoin::give_late(const RecordBatch& batch, Output& out) {
  RecordBatch late = context_->pool.make_batch(options_.pairs);
  const std::size_t first_own = port_ == 0 ? 0 : options_.left.input.schema->fields.size();
  for (std::size_t c = 0; c < batch.num_columns(); ++c)
    late.columns()[first_own + c] =
        kernels::gather(context_->pool, batch.column_ref(c), late_);
  for (ColumnRef& column : late.columns())
    while (column->size() < late_.size()) column->append_null();
  late.set_num_physical_rows(static_cast<std::uint32_t>(late_.size()));
  late.set_ingest_ns(batch.ingest_ns());
  out.emit_late(std::move(late));
}

/// Keys, their encoding and fates by position; false when the job has failed.
bool StreamJoin::evaluate(RecordBatch& batch) {
  keys_.clear();
  for (const BoundExpressionPtr& key : own().side.input.keys)
    keys_.push_back(key->evaluate(context_->eval, batch, batch.rows()));
  decide_fates(batch);
  if (!context_->eval.errors.empty()) [[unlikely]] {
    if (!settle_errors(*context_, options_.on_error, batch)) return false;
    decide_fates(batch);
  }
  own().encoder.encode(keys_, batch.rows());
  return true;
}

void StreamJoin::decide_fates(const RecordBatch& batch) {
  const Rows rows = batch.rows();
  fates_.assign(rows.size(), Fate::Joins);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (options_.null_safe[i] || !keys_[i]->has_nulls()) continue;
    for (std::uint32_t k = 0; k < rows.size(); ++k)
      if (keys_[i]->is_null(rows[k])) fates_[k] = Fate::NullKey;
  }
  if (!own().side.input.condition) return;
  const ColumnRef truth = own().side.input.condition->evaluate(context_->eval, batch, rows);
  for (std::uint32_t k = 0; k < rows.size(); ++k)
    if (truth->is_null(rows[k]) || !truth->at<std::uint8_t>(rows[k]))
      fates_[k] = Fate::FailsCondition;
}

Progress StreamJoin::join_pairs(Output& out) {
  while (collect_pairs()) {
    give_pairs(out);
    if (out.is_full()) return Progress::More;
  }
  finish_input(out);
  return Progress::Done;
}

/// Lists the next pairs of rows with equal keys; false when there are none left.
bool StreamJoin::collect_pairs() {
  positions_.clear();
  partners_.clear();
  for (; position_ < fates_.size(); ++position_, is_within_row_ = false) {
    if (!is_within_row_) start_row();
    for (; next_partner_ < row_partners_.size(); ++next_partner_) {
      std::byte* partner = row_partners_[next_partner_].row;
      if (is_semi() && port_ == 1 && JoinState::is_matched(partner)) continue;
      if (positions_.size() == kRowsPerBatch) return true;
      positions_.push_back(position_);
      partners_.push_back(partner);
    }
  }
  return !positions_.empty();
}

void StreamJoin::start_row() {
  is_within_row_ = true;
  next_partner_ = 0;
  const bool has_partners = fates_[position_] == Fate::Joins && found_[position_] != nullptr;
  row_partners_ = has_partners ? found_[position_]->all() : std::span<const JoinState::KeptRow>();
}

/// The pairs that the condition holds for.
void StreamJoin::give_pairs(Output& out) {
  RecordBatch pairs = pairs_batch();
  if (options_.condition) {
    select(*options_.condition, context_->eval, pairs);
    if (!settle_errors(*context_, options_.on_error, pairs)) return;
  }
  if (is_semi() && port_ == 1) keep_first_partners(pairs);
  pairs.rows().for_each([&](std::uint32_t pair) {
    matched_[positions_[pair]] = 1;
    if (other().keeps) other().state.set_matched(partners_[pair]);
  });
  if (pairs.num_rows() == 0 || (is_semi() && port_ == 0)) return;
  if (is_semi()) pairs.columns().resize(options_.output->fields.size());
  pairs.set_schema(options_.output);
  out.emit(std::move(pairs));
}

RecordBatch StreamJoin::pairs_batch() {
  rows_.clear();
  const Rows rows = input_.rows();
  for (const std::uint32_t position : positions_) rows_.push_back(rows[position]);
  RecordBatch pairs = context_->pool.make_batch_without_columns(options_.pairs);
  std::vector<ColumnRef>& columns = pairs.columns();
  const std::size_t num_left = options_.left.input.schema->fields.size();
  const std::size_t first_own = port_ == 0 ? 0 : num_left;
  const std::size_t first_other = port_ == 0 ? num_left : 0;
  columns.resize(options_.pairs->fields.size());
  for (std::size_t c = 0; c < input_.num_columns(); ++c)
    columns[first_own + c] = kernels::gather(context_->pool, input_.column_ref(c), rows_);
  const std::size_t num_other = columns.size() - input_.num_columns();
  for (std::size_t c = first_other; c < first_other + num_other; ++c)
    columns[c] = context_->pool.make_column(options_.pairs->fields[c].type);
  const std::span<const ColumnRef> decoded(&columns[first_other], num_other);
  other().state.decode(partners_, decoded);
  pairs.set_num_physical_rows(static_cast<std::uint32_t>(positions_.size()));
  pairs.set_ingest_ns(input_.ingest_ns());
  return pairs;
}

/// A left row of a semi join comes out with the first of its partners only.
void StreamJoin::keep_first_partners(RecordBatch& pairs) {
  rows_.clear();
  pairs.rows().for_each([&](std::uint32_t pair) {
    if (JoinState::is_matched(partners_[pair])) return;
    other().state.set_matched(partners_[pair]);
    rows_.push_back(pair);
  });
  if (rows_.size() != pairs.num_rows()) std::swap(pairs.start_selection(), rows_);
}

void StreamJoin::finish_input(Output& out) {
  keep_rows();
  if (is_semi() && port_ == 0) give_matched(out);
  else if (own().keeps) give_alone(out);
  input_.reset();
  keys_.clear();
  count_rows();
}

void StreamJoin::keep_rows() {
  const auto& limit = own().side.limit;
  std::optional<EventTimes> times;
  if (limit) {
    const auto column = static_cast<std::size_t>(limit->column);
    times.emplace(limit->is_key ? *keys_[column] : input_.column(column));
  }
  input_columns_.set(input_);
  const Rows rows = input_.rows();
  for (std::uint32_t k = 0; k < fates_.size(); ++k) {
    const bool has_time = times && !times->is_null(rows[k]);
    keep_row(k, has_time ? std::optional(millis_up((*times)[rows[k]])) : std::nullopt);
  }
}

/// Rows that can still do something: find a partner, or come out alone later.
void StreamJoin::keep_row(std::uint32_t position, std::optional<std::int64_t> due) {
  Half& half = own();
  const Fate fate = fates_[position];
  if (fate == Fate::FailsCondition || (fate == Fate::NullKey && !half.keeps)) return;
  if (is_semi() && port_ == 0 && matched_[position]) return;
  half.state.add(half.encoder.key(position), half.encoder.hash(position), input_columns_,
                 input_.rows()[position], matched_[position] != 0, due);
  ++updated_;
}

/// Left rows of a semi join that found a partner when they came.
void StreamJoin::give_matched(Output& out) {
  rows_.clear();
  for (std::uint32_t k = 0; k < fates_.size(); ++k)
    if (matched_[k]) rows_.push_back(input_.rows()[k]);
  if (rows_.empty()) return;
  if (rows_.size() != input_.num_rows()) std::swap(input_.start_selection(), rows_);
  input_.set_schema(options_.output);
  out.emit(std::move(input_));
}

/// Rows of an outer side that fail their own side's condition: nothing will ever join them.
void StreamJoin::give_alone(Output& out) {
  positions_.clear();
  partners_.clear();
  for (std::uint32_t k = 0; k < fates_.size(); ++k)
    if (fates_[k] == Fate::FailsCondition) positions_.push_back(k);
  if (positions_.empty()) return;
  RecordBatch alone = pairs_batch();
  for (ColumnRef& column : alone.columns())
    while (column->size() < positions_.size()) column->append_null();
  alone.set_schema(options_.output);
  out.emit(std::move(alone));
}

Progress StreamJoin::on_watermark(Watermark watermark, Output& out) {
  next_watermark_ = watermark.micros;
  if (options_.policy.at_marker) return Progress::Done;
  steps_ = {Step::GiveUpLeft, Step::GiveUpRight, Step::AdvanceWatermark};
  return run(out);
}

Progress StreamJoin::on_epoch_end(Epoch /*epoch*/, Output& out) {
  if (options_.policy.at_marker)
    steps_ = {Step::GiveUpLeft, Step::GiveUpRight, Step::AdvanceWatermark};
  steps_.push_back(Step::EndEpoch);
  return run(out);
}

Progress StreamJoin::run(Output& out) {
  if (!is_restored_) restore();
  while (!steps_.empty()) {
    if (run_step(steps_.front(), out) == Progress::More) return Progress::More;
    steps_.erase(steps_.begin());
  }
  return Progress::Done;
}

Progress StreamJoin::run_step(Step step, Output& out) {
  switch (step) {
    case Step::GiveUpLeft: return give_up(halves_[0], out);
    case Step::GiveUpRight: return give_up(halves_[1], out);
    case Step::AdvanceWatermark: advance_watermark(out); return Progress::Done;
    case Step::EndEpoch: end_epoch(); return Progress::Done;
  }
  return Progress::Done;
}

Progress StreamJoin::give_up(Half& half, Output& out) {
  if (!half.side.limit || next_watermark_ == kNoWatermark) return Progress::Done;
  const std::int64_t limit = half.side.limit->millis(next_watermark_);
  const auto removing = [&](const std::byte* row) {
    if (half.keeps && !JoinState::is_matched(row)) append_alone(half, row);
    ++removed_;
  };
  const bool is_done = half.state.give_up(limit, kRemovedPerCall, removing);
  result_.flush(out);
  return is_done ? Progress::Done : Progress::More;
}

void StreamJoin::append_alone(const Half& half, const std::byte* row) {
  std::vector<ColumnRef>& columns = result_.columns();
  const std::size_t num_left = options_.left.input.schema->fields.size();
  const bool is_left = &half == &halves_[0];
  const std::size_t first = is_left ? 0 : num_left;
  const std::size_t end = is_left ? num_left : columns.size();
  half.state.decode(row, std::span<const ColumnRef>(&columns[first], end - first));
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (c < first || c >= end) columns[c]->append_null();
  result_.row_done();
}

/// Rows below wait for what this join may still give.
void StreamJoin::advance_watermark(Output& out) {
  watermark_ = std::max(watermark_, next_watermark_);
  if (watermark_ == kNoWatermark) return;
  std::int64_t lowest = watermark_;
  for (const Half& half : halves_) {
    const bool gives_rows = &half == &halves_[0] || !is_semi();
    if (gives_rows && half.side.limit)
      lowest = std::min(lowest, half.side.limit->millis(watermark_) * 1000);
  }
  if (lowest <= watermark_given_) return;
  watermark_given_ = lowest;
  out.emit(Watermark{lowest});
}

void StreamJoin::count_rows() {
  const std::size_t rows = halves_[0].state.num_rows() + halves_[1].state.num_rows();
  context_->counters.state_rows_total.set(static_cast<std::int64_t>(rows));
}

void StreamJoin::end_epoch() {
  SubtaskCounters& counters = context_->counters;
  count_rows();
  counters.state_rows_updated.set(updated_);
  counters.state_rows_removed.set(removed_);
  counters.state_bytes.set(static_cast<std::int64_t>(halves_[0].state.bytes_used() +
                                                     halves_[1].state.bytes_used()));
  updated_ = removed_ = 0;
}

}  // namespace

std::unique_ptr<Operator> make_stream_join(StreamJoinOptions options) {
  return std::make_unique<StreamJoin>(std::move(options));
}

}  // namespace millrace
