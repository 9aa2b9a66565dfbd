#include "operators/key_states.hpp"

#include "expressions/expression_types.hpp"

namespace millrace {

KeyStates::KeyStates(const std::vector<BoundExpressionPtr>& keys, StateLayout layout)
    : keys_(keys), encoder_(types_of(keys)), table_(std::move(layout)) {}

void KeyStates::open(OperatorContext& context, std::string_view name) {
  context_ = &context;
  context.state.declare(name, table_);
}

void KeyStates::evaluate(const RecordBatch& batch) {
  columns_.clear();
  for (const BoundExpressionPtr& key : keys_)
    columns_.push_back(key->evaluate(context_->eval, batch, batch.rows()));
}

void KeyStates::find(const RecordBatch& batch) {
  found_.resize(batch.num_rows());
  if (columns_.empty()) {
    found_.assign(batch.num_rows(), table_.find_or_insert({}, KeyEncoder::hash_of({})));
  } else {
    encoder_.encode(columns_, batch.rows());
    table_.find_or_insert_batch(encoder_.keys(), encoder_.hashes(), found_.data());
  }
  columns_.clear();
}

void KeyStates::found_changed() {
  table_.changed(found_);
  count_updated(found_.size());
  count_keys();
}

void KeyStates::count_keys() {
  context_->counters.state_rows_total.set(static_cast<std::int64_t>(table_.size()));
}

void KeyStates::erase(std::byte* value) {
  table_.erase(value);
  ++removed_;
}

void KeyStates::end_epoch(std::size_t more_bytes) {
  SubtaskCounters& counters = context_->counters;
  count_keys();
  counters.state_rows_updated.set(updated_);
  counters.state_rows_removed.set(removed_);
  counters.state_bytes.set(static_cast<std::int64_t>(table_.bytes_used() + more_bytes));
  updated_ = removed_ = 0;
}

}  // namespace millrace
