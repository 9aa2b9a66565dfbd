#include "operators/lag.hpp"

#include "operators/key_states.hpp"
#include "operators/late_rows.hpp"
#include "operators/row_errors.hpp"
#include "operators/value_queue.hpp"

namespace millrace {

namespace {

/// A key's state: for each call how many values are kept, then for each call the values, the oldest
/// first.
struct Layout {
  explicit Layout(std::size_t num_calls)
      : first_part((num_calls * sizeof(std::uint32_t) + 15) / 16 * 16) {
    for (std::size_t i = 0; i < num_calls; ++i)
      table.growing.push_back(first_part + i * sizeof(StateBytes));
    table.value_size = first_part + num_calls * sizeof(StateBytes);
  }
  std::uint32_t& count(std::byte* key, std::size_t call) const {
    return reinterpret_cast<std::uint32_t*>(key)[call];
  }
  ValueQueue values(std::byte* key, std::size_t call) const {
    return ValueQueue(*reinterpret_cast<StateBytes*>(key + first_part + call * sizeof(StateBytes)));
  }

  std::size_t first_part;
  StateLayout table;
};

class Lag final : public Operator {
 public:
  explicit Lag(LagOptions options)
      : options_(std::move(options)),
        layout_(options_.calls.size()),
        keys_(options_.keys, layout_.table),
        late_(options_.event_time, options_.policy.at_marker) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    keys_.open(context, "values");
    late_.open(context.state);
    return {};
  }
  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output& out) override {
    if (late_.arrive(watermark)) late_.advance(out);
    return Progress::Done;
  }
  Progress on_epoch_end(Epoch epoch, Output& out) override;

 private:
  bool evaluate(RecordBatch& batch);
  void run(RecordBatch& batch);
  void run_call(std::size_t call, Rows rows, const ColumnRef& result);
  void put(std::size_t call, std::byte* key, std::uint32_t row, const ColumnRef& result) const;

  // Fixed after open.
  const LagOptions options_;
  const Layout layout_;
  OperatorContext* context_ = nullptr;

  // State.
  KeyStates keys_;
  LateRows late_;

  // Scratch of one batch.
  std::vector<ColumnRef> values_;
  std::vector<ColumnRef> otherwise_;
};

Progress Lag::process(int /*port*/, RecordBatch batch, Output& out) {
  late_.drop(batch, *context_, out);
  if (batch.num_rows() == 0 || !evaluate(batch)) return Progress::Done;
  keys_.find(batch);
  run(batch);
  keys_.found_changed();
  out.emit(std::move(batch));
  return Progress::Done;
}

/// Everything that may fail for a row, before any state changes; false when no row is left.
bool Lag::evaluate(RecordBatch& batch) {
  const auto evaluated = [&](const BoundExpressionPtr& expression) {
    return expression ? expression->evaluate(context_->eval, batch, batch.rows()) : ColumnRef();
  };
  keys_.evaluate(batch);
  values_.clear();
  otherwise_.clear();
  for (const LagCall& call : options_.calls) {
    values_.push_back(evaluated(call.value));
    otherwise_.push_back(evaluated(call.otherwise));
  }
  return settle_errors(*context_, options_.on_error, batch) && batch.num_rows() != 0;
}

/// Puts the columns of results behind those of the batch.
void Lag::run(RecordBatch& batch) {
  for (std::size_t call = 0; call < options_.calls.size(); ++call) {
    ColumnRef result = context_->pool.make_column(options_.calls[call].value->type());
    run_call(call, batch.rows(), result);
    batch.columns().push_back(std::move(result));
  }
  values_.clear();
  otherwise_.clear();
  batch.set_schema(options_.output);
}

void Lag::run_call(std::size_t call, Rows rows, const ColumnRef& result) {
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    std::byte* key = keys_.found()[k];
    while (result->size() < rows[k]) result->append_null();
    put(call, key, rows[k], result);
    ValueQueue values = layout_.values(key, call);
    std::uint32_t& count = layout_.count(key, call);
    values.push(*values_[call], rows[k]);
    if (++count <= options_.calls[call].offset) continue;
    values.drop_front();
    --count;
  }
}

/// The oldest kept value is the one to give, once there are enough.
void Lag::put(std::size_t call, std::byte* key, std::uint32_t row, const ColumnRef& result) const {
  if (layout_.count(key, call) == options_.calls[call].offset) {
    layout_.values(key, call).read_front(&result, 1);
  } else if (otherwise_[call]) {
    result->append_from(*otherwise_[call], row);
  } else {
    result->append_null();
  }
}

Progress Lag::on_epoch_end(Epoch /*epoch*/, Output& out) {
  late_.advance(out);
  keys_.end_epoch();
  return Progress::Done;
}

}  // namespace

std::unique_ptr<Operator> make_lag(LagOptions options) {
  return std::make_unique<Lag>(std::move(options));
}

}  // namespace millrace
