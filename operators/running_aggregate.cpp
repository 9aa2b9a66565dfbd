#include "operators/running_aggregate.hpp"

#include "operators/group_table.hpp"
#include "operators/late_rows.hpp"
#include "operators/row_errors.hpp"

namespace millrace {

namespace {

std::vector<DataType> types_of(const std::vector<BoundExpressionPtr>& expressions) {
  std::vector<DataType> types;
  for (const BoundExpressionPtr& expression : expressions) types.push_back(expression->type());
  return types;
}

class RunningAggregate final : public Operator {
 public:
  explicit RunningAggregate(RunningAggregateOptions options)
      : options_(std::move(options)),
        groups_(types_of(options_.keys), options_.calls, false),
        late_(options_.event_time, options_.policy.at_marker) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    context.state.declare("groups", groups_.table());
    late_.open(context.state);
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    late_.drop(batch, *context_, out);
    if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
    groups_.find(keys_, batch.rows());
    keys_.clear();
    run(batch);
    groups_.table().changed(groups_.groups());
    updated_ += batch.num_rows();
    context_->counters.state_rows_total.set(static_cast<std::int64_t>(groups_.table().size()));
    if (settle_errors(*context_, options_.on_error, batch) && batch.num_rows() != 0)
      out.emit(std::move(batch));
    return Progress::Done;
  }

  Progress on_watermark(Watermark watermark, Output& out) override {
    if (late_.arrive(watermark)) late_.advance(out);
    return Progress::Done;
  }

  Progress on_epoch_end(Epoch /*epoch*/, Output& out) override {
    late_.advance(out);
    SubtaskCounters& counters = context_->counters;
    counters.state_rows_total.set(static_cast<std::int64_t>(groups_.table().size()));
    counters.state_rows_updated.set(updated_);
    counters.state_bytes.set(static_cast<std::int64_t>(groups_.table().bytes_used()));
    updated_ = 0;
    return Progress::Done;
  }

 private:
  /// Everything that may fail for a row, before any state changes; false when no row is left.
  bool evaluate(RecordBatch& batch) {
    keys_.clear();
    for (const BoundExpressionPtr& key : options_.keys)
      keys_.push_back(key->evaluate(context_->eval, batch, batch.rows()));
    groups_.evaluate(context_->eval, batch);
    return settle_errors(*context_, options_.on_error, batch) && batch.num_rows() != 0;
  }

  /// Adds the columns of results behind those of the batch.
  void run(RecordBatch& batch) {
    std::vector<ColumnRef>& columns = batch.columns();
    const std::size_t num_inputs = columns.size();
    for (const BoundAggregate& call : options_.calls)
      columns.push_back(context_->pool.make_column(call.function->result_type()));
    groups_.run(context_->eval, batch.rows(), std::span(columns).subspan(num_inputs));
    batch.set_schema(options_.output);
  }

  // Fixed after open.
  const RunningAggregateOptions options_;
  OperatorContext* context_ = nullptr;

  // State.
  GroupTable groups_;
  LateRows late_;

  // Rows since the last marker.
  std::int64_t updated_ = 0;

  // Scratch of one batch.
  std::vector<ColumnRef> keys_;
};

}  // namespace

std::unique_ptr<Operator> make_running_aggregate(RunningAggregateOptions options) {
  return std::make_unique<RunningAggregate>(std::move(options));
}

}  // namespace millrace
