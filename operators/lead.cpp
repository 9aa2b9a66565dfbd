#include "operators/lead.hpp"

#include "operators/key_states.hpp"
#include "operators/result_batch.hpp"
#include "operators/value_queue.hpp"

#include <algorithm>

namespace millrace {

namespace {

/// A key's state: how many rows it has seen, up to the largest offset, and how many wait; then the
/// waiting rows, then for each call the values for them, the oldest first.
struct Header {
  std::uint32_t seen;
  std::uint32_t waiting;
};
constexpr std::size_t kRowsOffset = 16;

StateLayout state_layout(std::size_t num_calls) {
  StateLayout layout;
  for (std::size_t part = 0; part <= num_calls; ++part)
    layout.growing.push_back(kRowsOffset + part * sizeof(StateBytes));
  layout.value_size = kRowsOffset + (num_calls + 1) * sizeof(StateBytes);
  return layout;
}

class Lead final : public Operator {
 public:
  explicit Lead(LeadOptions options)
      : options_(std::move(options)),
        keys_(options_.keys, state_layout(options_.calls.size())),
        result_(options_.output, options_.on_error) {
    for (const LagCall& call : options_.calls) longest_ = std::max(longest_, call.offset);
  }

  Status open(OperatorContext& context) override;
  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_epoch_end(Epoch epoch, Output& out) override;
  Progress finish(Output& out) override;
  Progress resume(Output& out) override { return is_finishing_ ? give_rest(out) : add_rows(out); }

 private:
  static Header& header_of(std::byte* key) { return *reinterpret_cast<Header*>(key); }
  static ValueQueue part(std::byte* key, std::size_t number) {
    return ValueQueue(
        *reinterpret_cast<StateBytes*>(key + kRowsOffset + number * sizeof(StateBytes)));
  }

  bool evaluate();
  Progress add_rows(Output& out);
  void add_row(std::byte* key, std::uint32_t row);
  void give_first(std::byte* key);
  Progress give_rest(Output& out);

  // Fixed after open.
  const LeadOptions options_;
  std::uint32_t longest_ = 1;
  OperatorContext* context_ = nullptr;
  // One constant column for each call, or none.
  std::vector<ColumnRef> otherwise_;

  // State.
  KeyStates keys_;

  // The batch at hand and how far it is, or where the last rows are.
  RecordBatch batch_;
  std::uint32_t next_ = 0;
  std::vector<ColumnRef> values_;
  bool is_finishing_ = false;
  StateTable::Cursor cursor_;
  ResultBatch result_;
};

Status Lead::open(OperatorContext& context) {
  context_ = &context;
  result_.open(context);
  keys_.open(context, "rows");
  RecordBatch none = context.pool.make_batch_without_columns(options_.output);
  none.set_num_physical_rows(1);
  for (const LagCall& call : options_.calls)
    otherwise_.push_back(call.otherwise ? call.otherwise->evaluate(context.eval, none, Rows::all(1))
                                        : ColumnRef());
  return {};
}

Progress Lead::process(int /*port*/, RecordBatch batch, Output& out) {
  batch_ = std::move(batch);
  if (batch_.num_rows() == 0 || !evaluate()) return Progress::Done;
  keys_.find(batch_);
  next_ = 0;
  result_.set_ingest_ns(batch_.ingest_ns());
  return add_rows(out);
}

/// Everything that may fail for a row, before any state changes; false when no row is left.
bool Lead::evaluate() {
  keys_.evaluate(batch_);
  values_.clear();
  for (const LagCall& call : options_.calls)
    values_.push_back(call.value->evaluate(context_->eval, batch_, batch_.rows()));
  return settle_errors(*context_, options_.on_error, batch_) && batch_.num_rows() != 0;
}

Progress Lead::add_rows(Output& out) {
  const Rows rows = batch_.rows();
  while (next_ < rows.size()) {
    add_row(keys_.found()[next_], rows[next_]);
    ++next_;
    if (!result_.is_full()) continue;
    result_.flush(out);
    if (out.is_full()) return Progress::More;
  }
  result_.flush(out);
  keys_.found_changed();
  values_.clear();
  batch_.reset();
  return Progress::Done;
}

void Lead::add_row(std::byte* key, std::uint32_t row) {
  Header& header = header_of(key);
  part(key, 0).push(batch_.columns(), row);
  for (std::size_t call = 0; call < values_.size(); ++call)
    if (header.seen >= options_.calls[call].offset) part(key, call + 1).push(*values_[call], row);
  if (header.seen < longest_) ++header.seen;
  if (++header.waiting > longest_) give_first(key);
}

/// The first waiting row and its values; what a value is missing for gets the other one.
void Lead::give_first(std::byte* key) {
  std::vector<ColumnRef>& columns = result_.columns();
  const std::size_t num_inputs = columns.size() - options_.calls.size();
  part(key, 0).pop(columns.data(), num_inputs);
  for (std::size_t call = 0; call < options_.calls.size(); ++call) {
    ColumnRef& to = columns[num_inputs + call];
    ValueQueue values = part(key, call + 1);
    if (!values.empty())
      values.pop(&to, 1);
    else if (otherwise_[call])
      to->append_from(*otherwise_[call], 0);
    else
      to->append_null();
  }
  --header_of(key).waiting;
  result_.row_done();
}

Progress Lead::on_epoch_end(Epoch /*epoch*/, Output& /*out*/) {
  keys_.end_epoch();
  return Progress::Done;
}

Progress Lead::finish(Output& out) {
  is_finishing_ = true;
  return give_rest(out);
}

/// No row comes any more: those that wait go without.
Progress Lead::give_rest(Output& out) {
  StateTable::Cursor next = cursor_;
  while (std::byte* key = keys_.table().next(next)) {
    while (header_of(key).waiting != 0) {
      give_first(key);
      if (!result_.is_full()) continue;
      result_.flush(out);
      if (out.is_full()) return Progress::More;
    }
    keys_.table().changed(key);
    cursor_ = next;
  }
  result_.flush(out);
  return Progress::Done;
}

}  // namespace

std::unique_ptr<Operator> make_lead(LeadOptions options) {
  return std::make_unique<Lead>(std::move(options));
}

}  // namespace millrace
