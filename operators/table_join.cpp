#include "operators/table_join.hpp"

#include "expressions/filter.hpp"
#include "expressions/kernels/gather.hpp"
#include "operators/join_table.hpp"
#include "operators/row_errors.hpp"

#include <utility>

namespace millrace {

namespace {

constexpr std::uint32_t kNoRow = JoinTable::kNoRow;
constexpr std::uint32_t kRowsPerBatch = 4096;

std::vector<DataType> types_of(const std::vector<BoundExpressionPtr>& expressions) {
  std::vector<DataType> types;
  for (const BoundExpressionPtr& expression : expressions) types.push_back(expression->type());
  return types;
}

class TableJoin final : public Operator {
 public:
  explicit TableJoin(TableJoinOptions options)
      : options_(std::move(options)),
        table_is_left_(options_.table_port == 0),
        table_side_(table_is_left_ ? options_.left : options_.right),
        stream_side_(table_is_left_ ? options_.right : options_.left),
        keeps_stream_(table_is_left_ ? keeps_right(options_.type) : keeps_left(options_.type)),
        keeps_table_(table_is_left_ ? keeps_left(options_.type) : keeps_right(options_.type)),
        encoder_(types_of(stream_side_.keys)),
        reload_(options_.reload) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    table_.open(context.pool, *table_side_.schema);
    reload_.open(context);
    return {};
  }

  Progress process(int port, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    if (port == options_.table_port) {
      add_to(table_, batch);
      return Progress::Done;
    }
    if (!reload_.is_due()) return probe(std::move(batch), out);
    waiting_ = std::move(batch);
    return start_reload(out);
  }

  Progress on_epoch_end(Epoch /*epoch*/, Output& /*out*/) override {
    reload_.end_epoch();
    return Progress::Done;
  }

  Progress finish(Output& out) override {
    if (!keeps_table_) return Progress::Done;
    is_finishing_ = true;
    position_ = 0;
    return resume(out);
  }

  Progress resume(Output& out) override {
    if (new_table_) return load_more(out);
    return is_finishing_ ? give_rest_of_table(out) : join_pairs(out);
  }

 private:
  // What is looked up: key columns, and which rows may find a partner at all.
  bool evaluate(const JoinSide& side, RecordBatch& batch);
  void exclude_rows(const JoinSide& side, const RecordBatch& batch);

  void add_to(JoinTable& table, RecordBatch& batch);
  Progress start_reload(Output& out);
  Progress load_more(Output& out);
  Progress fail(Error error);
  Progress probe(RecordBatch batch, Output& out);
  void filter_input(bool wanted, Output& out);
  void widen_input(Output& out);

  Progress join_pairs(Output& out);
  bool collect_pairs();
  void start_rows();
  void note_table_row(std::uint32_t row);
  RecordBatch pairs_batch();
  void give_pairs(Output& out);
  Progress finish_input(Output& out);
  void give_unmatched(Output& out);
  Progress give_rest_of_table(Output& out);
  RecordBatch joined(std::vector<ColumnRef>& stream, std::vector<ColumnRef>& table,
                     std::uint32_t num_rows);

  bool has_condition() const { return options_.condition != nullptr; }
  Rows rows() const { return input_.rows(); }

  // Fixed after open.
  const TableJoinOptions options_;
  const bool table_is_left_;
  const JoinSide& table_side_;
  const JoinSide& stream_side_;
  const bool keeps_stream_;
  const bool keeps_table_;
  OperatorContext* context_ = nullptr;

  KeyEncoder encoder_;
  JoinTable table_;
  TableReload reload_;
  // While the table is read again: what has come of it, and the rows of the stream that wait for it.
  std::unique_ptr<JoinTable> new_table_;
  RecordBatch waiting_;
  // Only when rows of the table are kept: which found a partner.
  std::vector<bool> table_matched_;

  // The input at hand: for each row its first partner by key, how far it is, which rows matched.
  RecordBatch input_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint8_t> matched_;
  std::uint32_t position_ = 0;
  std::uint32_t partner_ = kNoRow;
  bool is_within_row_ = false;
  bool is_finishing_ = false;

  // Scratch of one batch.
  std::vector<ColumnRef> keys_;
  std::vector<std::uint8_t> excluded_;
  std::vector<std::uint32_t> positions_;
  std::vector<std::uint32_t> stream_rows_;
  std::vector<std::uint32_t> table_rows_;
  std::vector<ColumnRef> stream_columns_;
  std::vector<ColumnRef> table_columns_;
};

/// Keys, their encoding, and `excluded_` by position; false when the job has failed.
bool TableJoin::evaluate(const JoinSide& side, RecordBatch& batch) {
  keys_.clear();
  for (const BoundExpressionPtr& key : side.keys)
    keys_.push_back(key->evaluate(context_->eval, batch, batch.rows()));
  exclude_rows(side, batch);
  if (!context_->eval.errors.empty()) [[unlikely]] {
    if (!settle_errors(*context_, options_.on_error, batch)) return false;
    exclude_rows(side, batch);
  }
  encoder_.encode(keys_, batch.rows());
  return true;
}

/// Marks rows that find no partner whatever the other side holds: a NULL under `=`, or a condition
/// on their own columns that is not true.
void TableJoin::exclude_rows(const JoinSide& side, const RecordBatch& batch) {
  const Rows rows = batch.rows();
  excluded_.assign(rows.size(), 0);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const bool is_null_type = keys_[i]->type().is_null();
    if (options_.null_safe[i] || !(is_null_type || keys_[i]->has_nulls())) continue;
    for (std::uint32_t k = 0; k < rows.size(); ++k)
      if (is_null_type || keys_[i]->is_null(rows[k])) excluded_[k] = 1;
  }
  if (!side.condition) return;
  const ColumnRef truth = side.condition->evaluate(context_->eval, batch, rows);
  for (std::uint32_t k = 0; k < rows.size(); ++k)
    if (truth->is_null(rows[k]) || !truth->at<std::uint8_t>(rows[k])) excluded_[k] = 1;
}

void TableJoin::add_to(JoinTable& table, RecordBatch& batch) {
  if (!evaluate(table_side_, batch)) return;
  const Rows rows = batch.rows();
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    if (excluded_[k] && !keeps_table_) continue;
    const std::uint32_t row = table.add(batch, rows[k]);
    if (!excluded_[k]) table.link(row, encoder_.key(k), encoder_.hash(k));
  }
  if (keeps_table_) table_matched_.resize(table.num_rows());
  keys_.clear();
}

Progress TableJoin::start_reload(Output& out) {
  new_table_ = std::make_unique<JoinTable>();
  new_table_->open(context_->pool, *table_side_.schema);
  return load_more(out);
}

/// Reads a portion of the new table; at its end turns to the rows that wait.
Progress TableJoin::load_more(Output& out) {
  auto rows = reload_.read();
  if (!rows.ok()) return fail(std::move(rows.error()));
  if (rows->has_value()) {
    if (**rows) add_to(*new_table_, **rows);
    return Progress::More;
  }
  table_ = std::move(*new_table_);
  new_table_.reset();
  return probe(std::move(waiting_), out);
}

/// Ends the job.
Progress TableJoin::fail(Error error) {
  new_table_.reset();
  waiting_.reset();
  context_->eval.fail(~0u, std::move(error));
  return Progress::Done;
}

Progress TableJoin::probe(RecordBatch batch, Output& out) {
  if (!evaluate(stream_side_, batch)) return Progress::Done;
  input_ = std::move(batch);
  table_.find(encoder_, first_);
  keys_.clear();
  for (std::uint32_t k = 0; k < first_.size(); ++k)
    if (excluded_[k]) first_[k] = kNoRow;
  if (!has_condition() && gives_left_only(options_.type)) {
    filter_input(options_.type == JoinType::LeftSemi, out);
    return Progress::Done;
  }
  if (!has_condition() && table_.is_unique() && !keeps_table_) {
    widen_input(out);
    return Progress::Done;
  }
  start_rows();
  return join_pairs(out);
}

/// Semi and anti joins: the rows that have a partner, or those that have none.
void TableJoin::filter_input(bool wanted, Output& out) {
  positions_.clear();
  const Rows rows = input_.rows();
  for (std::uint32_t k = 0; k < first_.size(); ++k)
    if ((first_[k] != kNoRow) == wanted) positions_.push_back(rows[k]);
  if (positions_.size() != rows.size()) std::swap(input_.start_selection(), positions_);
  RecordBatch result = std::move(input_);
  result.set_schema(options_.output);
  if (result.num_rows() != 0) out.emit(std::move(result));
}

/// At most one partner a row: the stream's columns are shared, only the table's are gathered.
void TableJoin::widen_input(Output& out) {
  const Rows rows = input_.rows();
  table_rows_.assign(input_.num_physical_rows(), kNoRow);
  positions_.clear();
  for (std::uint32_t k = 0; k < first_.size(); ++k) {
    table_rows_[rows[k]] = first_[k];
    if (keeps_stream_ || first_[k] != kNoRow) positions_.push_back(rows[k]);
  }
  if (positions_.size() != rows.size()) std::swap(input_.start_selection(), positions_);
  if (input_.num_rows() == 0) return input_.reset();
  RecordBatch result = std::move(input_);
  table_columns_.clear();
  for (const ColumnRef& column : table_.columns())
    table_columns_.push_back(kernels::gather(context_->pool, column, table_rows_));
  auto& columns = result.columns();
  columns.insert(table_is_left_ ? columns.begin() : columns.end(), table_columns_.begin(),
                 table_columns_.end());
  table_columns_.clear();
  result.set_schema(options_.output);
  out.emit(std::move(result));
}

void TableJoin::start_rows() {
  position_ = 0;
  is_within_row_ = false;
  matched_.assign(first_.size(), 0);
}

Progress TableJoin::join_pairs(Output& out) {
  while (collect_pairs()) {
    give_pairs(out);
    if (out.is_full()) return Progress::More;
  }
  return finish_input(out);
}

/// Lists the next pairs of rows with equal keys; false when there are none left.
bool TableJoin::collect_pairs() {
  positions_.clear();
  table_rows_.clear();
  for (; position_ < first_.size(); ++position_, is_within_row_ = false) {
    if (!is_within_row_) partner_ = first_[position_];
    is_within_row_ = true;
    for (; partner_ != kNoRow; partner_ = table_.next(partner_)) {
      if (positions_.size() == kRowsPerBatch) return true;
      positions_.push_back(position_);
      table_rows_.push_back(partner_);
    }
  }
  return !positions_.empty();
}

/// The pairs that the condition holds for.
void TableJoin::give_pairs(Output& out) {
  RecordBatch pairs = pairs_batch();
  if (has_condition()) {
    select(*options_.condition, context_->eval, pairs);
    if (!settle_errors(*context_, options_.on_error, pairs)) return;
  }
  pairs.rows().for_each([&](std::uint32_t pair) {
    matched_[positions_[pair]] = 1;
    if (keeps_table_) table_matched_[table_rows_[pair]] = true;
  });
  if (pairs.num_rows() != 0 && !gives_left_only(options_.type)) out.emit(std::move(pairs));
}

RecordBatch TableJoin::pairs_batch() {
  stream_rows_.clear();
  const Rows rows = input_.rows();
  for (const std::uint32_t position : positions_) stream_rows_.push_back(rows[position]);
  stream_columns_.clear();
  for (const ColumnRef& column : input_.columns())
    stream_columns_.push_back(kernels::gather(context_->pool, column, stream_rows_));
  table_columns_.clear();
  for (const ColumnRef& column : table_.columns())
    table_columns_.push_back(kernels::gather(context_->pool, column, table_rows_));
  RecordBatch pairs = joined(stream_columns_, table_columns_,
                             static_cast<std::uint32_t>(positions_.size()));
  pairs.set_ingest_ns(input_.ingest_ns());
  if (input_.changes())
    pairs.set_changes(kernels::gather(context_->pool, input_.changes(), stream_rows_));
  return pairs;
}

RecordBatch TableJoin::joined(std::vector<ColumnRef>& stream, std::vector<ColumnRef>& table,
                              std::uint32_t num_rows) {
  RecordBatch result = context_->pool.make_batch_without_columns(options_.pairs);
  for (ColumnRef& column : table_is_left_ ? table : stream)
    result.columns().push_back(std::move(column));
  for (ColumnRef& column : table_is_left_ ? stream : table)
    result.columns().push_back(std::move(column));
  result.set_num_physical_rows(num_rows);
  return result;
}

/// What depends on all pairs of a row: semi, anti and outer joins.
Progress TableJoin::finish_input(Output& out) {
  if (gives_left_only(options_.type)) {
    for (std::uint32_t k = 0; k < first_.size(); ++k) first_[k] = matched_[k] ? 0 : kNoRow;
    filter_input(options_.type == JoinType::LeftSemi, out);
  } else if (keeps_stream_) {
    give_unmatched(out);
  }
  input_.reset();
  return Progress::Done;
}

void TableJoin::give_unmatched(Output& out) {
  positions_.clear();
  for (std::uint32_t k = 0; k < matched_.size(); ++k)
    if (!matched_[k]) positions_.push_back(k);
  if (positions_.empty()) return;
  table_rows_.assign(positions_.size(), kNoRow);
  out.emit(pairs_batch());
}

Progress TableJoin::give_rest_of_table(Output& out) {
  while (position_ < table_.num_rows()) {
    table_rows_.clear();
    for (; position_ < table_.num_rows() && table_rows_.size() < kRowsPerBatch; ++position_)
      if (!table_matched_[position_]) table_rows_.push_back(position_);
    if (table_rows_.empty()) break;
    stream_columns_.clear();
    for (const Field& field : stream_side_.schema->fields) {
      stream_columns_.push_back(context_->pool.make_column(field.type));
      for (std::size_t i = 0; i < table_rows_.size(); ++i) stream_columns_.back()->append_null();
    }
    table_columns_.clear();
    for (const ColumnRef& column : table_.columns())
      table_columns_.push_back(kernels::gather(context_->pool, column, table_rows_));
    out.emit(joined(stream_columns_, table_columns_,
                    static_cast<std::uint32_t>(table_rows_.size())));
    if (out.is_full()) return Progress::More;
  }
  return Progress::Done;
}

}  // namespace

std::unique_ptr<Operator> make_table_join(TableJoinOptions options) {
  return std::make_unique<TableJoin>(std::move(options));
}

}  // namespace millrace
