#include "operators/filter.hpp"

#include "operators/row_errors.hpp"
#include "operators/selection.hpp"

namespace millrace {

namespace {

class Filter final : public Operator {
 public:
  explicit Filter(FilterOptions options) : options_(std::move(options)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    const ColumnRef condition = options_.condition->evaluate(context_->eval, batch, batch.rows());
    if (!settle_errors(*context_, options_.on_error, batch)) return Progress::Done;
    const std::uint32_t before = batch.num_rows();
    select_true(*condition, batch.rows(), kept_);
    if (kept_.size() != before) std::swap(batch.start_selection(), kept_);
    if (batch.num_rows() != 0) out.emit(std::move(batch));
    return Progress::Done;
  }

 private:
  const FilterOptions options_;
  OperatorContext* context_ = nullptr;
  // Scratch, exchanged with the batch's selection.
  std::vector<std::uint32_t> kept_;
};

}  // namespace

std::unique_ptr<Operator> make_filter(FilterOptions options) {
  return std::make_unique<Filter>(std::move(options));
}

}  // namespace millrace
