#include "operators/running_aggregate.hpp"

#include "operators/group_table.hpp"
#include "operators/key_states.hpp"
#include "operators/late_rows.hpp"
#include "operators/row_errors.hpp"

namespace millrace {

namespace {

class RunningAggregate final : public Operator {
 public:
  explicit RunningAggregate(RunningAggregateOptions options)
      : options_(std::move(options)),
        calls_({}, options_.calls, false),
        groups_(options_.keys, GroupTable::layout_of(options_.calls, false)),
        late_(options_.event_time, options_.policy.at_marker) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    groups_.open(context, "groups");
    late_.open(context.state);
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    late_.drop(batch, *context_, out);
    if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
    groups_.find(batch);
    run(batch);
    groups_.found_changed();
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
    groups_.end_epoch();
    return Progress::Done;
  }

 private:
  /// Everything that may fail for a row, before any state changes; false when no row is left.
  bool evaluate(RecordBatch& batch) {
    groups_.evaluate(batch);
    calls_.evaluate(context_->eval, batch);
    return settle_errors(*context_, options_.on_error, batch) && batch.num_rows() != 0;
  }

  /// Adds the columns of results behind those of the batch.
  void run(RecordBatch& batch) {
    std::vector<ColumnRef>& columns = batch.columns();
    const std::size_t num_inputs = columns.size();
    for (const BoundAggregate& call : options_.calls)
      columns.push_back(context_->pool.make_column(call.function->result_type()));
    calls_.assign(groups_.found());
    calls_.run(context_->eval, batch.rows(), std::span(columns).subspan(num_inputs));
    batch.set_schema(options_.output);
  }

  // Fixed after open.
  const RunningAggregateOptions options_;
  OperatorContext* context_ = nullptr;

  // Evaluates and runs the calls; the groups are the values below.
  GroupTable calls_;

  // State.
  KeyStates groups_;
  LateRows late_;
};

}  // namespace

std::unique_ptr<Operator> make_running_aggregate(RunningAggregateOptions options) {
  return std::make_unique<RunningAggregate>(std::move(options));
}

}  // namespace millrace
