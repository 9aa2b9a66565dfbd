#include "operators/explode.hpp"

#include "expressions/kernels/gather.hpp"
#include "operators/row_errors.hpp"

#include <numeric>

namespace millrace {

namespace {

using kernels::kNoRow;

constexpr std::uint32_t kRowsPerBatch = 4096;
// A shared column is not cut into batches of kRowsPerBatch below this size.
constexpr std::size_t kLargestShared = 65536;

class Explode final : public Operator {
 public:
  explicit Explode(ExplodeOptions options) : options_(std::move(options)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    input_ = std::move(batch);
    collection_ = options_.collection->evaluate(context_->eval, input_, input_.rows());
    if (!settle_errors(*context_, options_.on_error, input_)) return finish_input();
    next_row_ = next_element_ = 0;
    if (emit_shared(out)) return finish_input();
    return resume(out);
  }

  Progress resume(Output& out) override {
    while (collect_rows()) {
      emit_collected(out);
      if (out.is_full()) return Progress::More;
    }
    return finish_input();
  }

 private:
  /// The elements of row k of the input; none for NULL.
  ListSlot slot(std::uint32_t k) const {
    const std::uint32_t row = input_.rows()[k];
    if (collection_->type().is_null() || collection_->is_null(row)) return {};
    return collection_->at<ListSlot>(row);
  }
  Progress finish_input() {
    input_.reset();
    collection_.reset();
    return Progress::Done;
  }

  bool emit_shared(Output& out);
  bool elements_follow_each_other();
  bool collect_rows();
  void collect(std::uint32_t row, std::uint32_t element, std::uint32_t position);
  void emit_collected(Output& out);
  RecordBatch start_result();
  void add_elements(RecordBatch& result, const ColumnRef& elements);
  ColumnRef positions_column();

  const ExplodeOptions options_;
  OperatorContext* context_ = nullptr;

  // The input at hand and how far it is.
  RecordBatch input_;
  ColumnRef collection_;
  std::uint32_t next_row_ = 0;
  std::uint32_t next_element_ = 0;

  // One output batch: for each row the input row, the element in the child columns, and its
  // position.
  std::vector<std::uint32_t> parents_;
  std::vector<std::uint32_t> elements_;
  std::vector<std::uint32_t> positions_;
};

/// Passes the element columns on as they are, where that gives the right rows.
bool Explode::emit_shared(Output& out) {
  if (options_.outer || collection_->type().is_null() || collection_->is_constant()) return false;
  if (!elements_follow_each_other()) return false;
  if (parents_.empty()) return true;
  RecordBatch result = start_result();
  for (std::size_t c = 0; c < collection_->num_children(); ++c)
    add_elements(result, collection_->child(c));
  out.emit(std::move(result));
  return true;
}

/// Collects parents and positions; false when an element is left out, repeated or out of order.
bool Explode::elements_follow_each_other() {
  parents_.clear();
  positions_.clear();
  const std::size_t total = collection_->child(0)->size();
  if (total > kLargestShared) return false;
  for (std::uint32_t k = 0; k < input_.num_rows(); ++k) {
    const ListSlot list = slot(k);
    if (list.size == 0) continue;
    if (list.offset != parents_.size()) return false;
    parents_.insert(parents_.end(), list.size, input_.rows()[k]);
    if (!options_.with_position) continue;
    positions_.resize(parents_.size());
    std::iota(positions_.end() - list.size, positions_.end(), 0u);
  }
  return parents_.size() == total;
}

/// Fills the lists with the rows of the next output batch; false when there are none left.
bool Explode::collect_rows() {
  parents_.clear();
  elements_.clear();
  positions_.clear();
  const std::uint32_t num_rows = input_.num_rows();
  for (; next_row_ < num_rows; ++next_row_, next_element_ = 0) {
    const std::uint32_t row = input_.rows()[next_row_];
    const ListSlot list = slot(next_row_);
    if (list.size == 0 && options_.outer) collect(row, kNoRow, kNoRow);
    for (; next_element_ < list.size && parents_.size() < kRowsPerBatch; ++next_element_)
      collect(row, list.offset + next_element_, next_element_);
    if (parents_.size() < kRowsPerBatch) continue;
    if (next_element_ >= list.size) ++next_row_, next_element_ = 0;
    break;
  }
  return !parents_.empty();
}

void Explode::collect(std::uint32_t row, std::uint32_t element, std::uint32_t position) {
  parents_.push_back(row);
  elements_.push_back(element);
  positions_.push_back(position);
}

void Explode::emit_collected(Output& out) {
  RecordBatch result = start_result();
  for (std::size_t c = 0; c < collection_->num_children(); ++c)
    add_elements(result, kernels::gather(context_->pool, collection_->child(c), elements_));
  out.emit(std::move(result));
}

/// A batch with the passed columns and the positions.
RecordBatch Explode::start_result() {
  RecordBatch result = context_->pool.make_batch_without_columns(options_.output);
  result.set_num_physical_rows(static_cast<std::uint32_t>(parents_.size()));
  result.set_ingest_ns(input_.ingest_ns());
  if (options_.passed_columns) {
    for (int column : *options_.passed_columns)
      result.columns().push_back(kernels::gather(
          context_->pool, input_.column_ref(static_cast<std::size_t>(column)), parents_));
  } else {
    for (const ColumnRef& column : input_.columns())
      result.columns().push_back(kernels::gather(context_->pool, column, parents_));
  }
  if (input_.changes())
    result.set_changes(kernels::gather(context_->pool, input_.changes(), parents_));
  if (options_.with_position) result.columns().push_back(positions_column());
  return result;
}

/// Adds the column of elements; of inline(), the columns of their fields.
void Explode::add_elements(RecordBatch& result, const ColumnRef& elements) {
  if (!options_.inline_fields) {
    result.columns().push_back(elements);
    return;
  }
  if (!elements->has_nulls()) {
    for (std::size_t f = 0; f < elements->num_children(); ++f)
      result.columns().push_back(elements->child(f));
    return;
  }
  // Fields of a NULL struct are NULL, whatever its children hold.
  std::vector<std::uint32_t> rows(elements->size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = elements->is_null(i) ? kNoRow : i;
  for (std::size_t f = 0; f < elements->num_children(); ++f)
    result.columns().push_back(kernels::gather(context_->pool, elements->child(f), rows));
}

ColumnRef Explode::positions_column() {
  ColumnRef column = context_->pool.make_column(TypeKind::Int);
  column->resize(positions_.size());
  for (std::size_t k = 0; k < positions_.size(); ++k) {
    column->mutable_values<std::int32_t>()[k] = static_cast<std::int32_t>(positions_[k]);
    if (positions_[k] == kNoRow) column->set_null(k);
  }
  return column;
}

}  // namespace

std::unique_ptr<Operator> make_explode(ExplodeOptions options) {
  return std::make_unique<Explode>(std::move(options));
}

}  // namespace millrace
