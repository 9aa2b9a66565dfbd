#include "operators/project.hpp"

#include "operators/row_errors.hpp"

namespace millrace {

namespace {

class Project final : public Operator {
 public:
  explicit Project(ProjectOptions options) : options_(std::move(options)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    RecordBatch result = context_->pool.make_batch_without_columns(options_.output);
    result.set_num_physical_rows(batch.num_physical_rows());
    result.set_ingest_ns(batch.ingest_ns());
    result.set_changes(batch.changes());
    for (const BoundExpressionPtr& expression : options_.expressions)
      result.columns().push_back(evaluate(*expression, batch));
    if (batch.is_selected()) std::swap(result.start_selection(), batch.start_selection());
    if (settle_errors(*context_, options_.on_error, result, batch) && result.num_rows() != 0)
      out.emit(std::move(result));
    return Progress::Done;
  }

 private:
  ColumnRef evaluate(const BoundExpression& expression, const RecordBatch& batch) {
    if (const int index = expression.column_index(); index >= 0)
      return batch.column_ref(static_cast<std::size_t>(index));
    return flatten(context_->pool, expression.evaluate(context_->eval, batch, batch.rows()),
                   batch.num_physical_rows());
  }

  const ProjectOptions options_;
  OperatorContext* context_ = nullptr;
};

}  // namespace

std::unique_ptr<Operator> make_project(ProjectOptions options) {
  return std::make_unique<Project>(std::move(options));
}

}  // namespace millrace
