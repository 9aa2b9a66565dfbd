#include "operators/filter.hpp"

#include "expressions/filter.hpp"
#include "operators/row_errors.hpp"

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
    select(*options_.condition, context_->eval, batch);
    if (!settle_errors(*context_, options_.on_error, batch)) return Progress::Done;
    if (batch.num_rows() != 0) out.emit(std::move(batch));
    return Progress::Done;
  }

 private:
  const FilterOptions options_;
  OperatorContext* context_ = nullptr;
};

}  // namespace

std::unique_ptr<Operator> make_filter(FilterOptions options) {
  return std::make_unique<Filter>(std::move(options));
}

}  // namespace millrace
