#include "operators/project.hpp"

#include "operators/row_errors.hpp"

#include <algorithm>
#include <iterator>

namespace millrace {

namespace {

constexpr int kComputed = -1;

/// Where an output column comes from.
struct Origin {
  /// The input column that it is, or kComputed.
  int column = kComputed;
  /// No output after this one is the same input column.
  bool is_last_use = false;
};

std::vector<Origin> origins_of(const std::vector<BoundExpressionPtr>& expressions) {
  std::vector<Origin> origins;
  for (const BoundExpressionPtr& expression : expressions) {
    const int column = expression->column_index();
    for (Origin& before : origins)
      if (before.column == column) before.is_last_use = false;
    origins.push_back({column, column != kComputed});
  }
  return origins;
}

/// How many outputs at the front are the inputs 0, 1, 2 ... in order.
std::size_t num_in_place(const std::vector<Origin>& origins) {
  std::size_t count = 0;
  while (count < origins.size() && origins[count].column == static_cast<int>(count)) ++count;
  return count;
}

class Project final : public Operator {
 public:
  explicit Project(ProjectOptions options)
      : options_(std::move(options)),
        origins_(origins_of(options_.expressions)),
        num_in_place_(num_in_place(origins_)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    if (num_in_place_ == batch.num_columns()) return extend(std::move(batch), out);
    RecordBatch result = context_->pool.make_batch_without_columns(options_.output);
    result.set_num_physical_rows(batch.num_physical_rows());
    result.set_ingest_ns(batch.ingest_ns());
    result.set_changes(batch.changes());
    result.columns().resize(origins_.size());
    compute(batch, result.columns());
    pass_on(batch, result.columns());
    if (batch.is_selected()) std::swap(result.start_selection(), batch.start_selection());
    if (settle_errors(*context_, options_.on_error, result, batch) && result.num_rows() != 0)
      out.emit(std::move(result));
    return Progress::Done;
  }

 private:
  /// Every input column stays where it is: the batch goes on with some more of them.
  Progress extend(RecordBatch batch, Output& out) {
    added_.clear();
    for (std::size_t i = num_in_place_; i < origins_.size(); ++i)
      added_.push_back(
          origins_[i].column == kComputed
              ? flatten(context_->pool,
                        options_.expressions[i]->evaluate(context_->eval, batch, batch.rows()),
                        batch.num_physical_rows())
              : batch.column_ref(static_cast<std::size_t>(origins_[i].column)));
    RecordBatch input;
    if (!context_->eval.errors.empty()) [[unlikely]]
      input = context_->pool.share(batch);  // dead letters show rows as they came
    std::move(added_.begin(), added_.end(), std::back_inserter(batch.columns()));
    added_.clear();
    batch.set_schema(options_.output);
    const bool goes_on = !input || settle_errors(*context_, options_.on_error, batch, input);
    if (goes_on && batch.num_rows() != 0) out.emit(std::move(batch));
    return Progress::Done;
  }

  void compute(const RecordBatch& batch, std::vector<ColumnRef>& columns) {
    for (std::size_t i = 0; i < origins_.size(); ++i)
      if (origins_[i].column == kComputed)
        columns[i] = flatten(context_->pool,
                             options_.expressions[i]->evaluate(context_->eval, batch, batch.rows()),
                             batch.num_physical_rows());
  }

  /// The input is not needed any more unless a row failed: its columns move, which spares counting
  /// their holders up and down.
  void pass_on(RecordBatch& batch, std::vector<ColumnRef>& columns) {
    const bool is_needed = !context_->eval.errors.empty();
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      if (origins_[i].column == kComputed) continue;
      ColumnRef& column = batch.columns()[static_cast<std::size_t>(origins_[i].column)];
      columns[i] = origins_[i].is_last_use && !is_needed ? std::move(column) : column;
    }
  }

  const ProjectOptions options_;
  const std::vector<Origin> origins_;
  const std::size_t num_in_place_;
  OperatorContext* context_ = nullptr;
  // Scratch of one batch.
  std::vector<ColumnRef> added_;
};

}  // namespace

std::unique_ptr<Operator> make_project(ProjectOptions options) {
  return std::make_unique<Project>(std::move(options));
}

}  // namespace millrace
