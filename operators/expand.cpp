#include "operators/expand.hpp"

#include "operators/project.hpp"

namespace millrace {

namespace {

/// One projection after the other over a second handle to the batch.
class Expand final : public Operator {
 public:
  explicit Expand(ExpandOptions options) {
    for (std::vector<BoundExpressionPtr>& projection : options.projections)
      projections_.push_back(
          make_project({std::move(projection), options.output, options.on_error}));
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    for (auto& projection : projections_)
      if (Status status = projection->open(context); !status.ok()) return status;
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    batch_ = std::move(batch);
    next_ = 0;
    return resume(out);
  }

  Progress resume(Output& out) override {
    while (next_ < projections_.size()) {
      (void)projections_[next_++]->process(0, context_->pool.share(batch_), out);
      if (out.is_full()) return Progress::More;
    }
    batch_.reset();
    return Progress::Done;
  }

 private:
  std::vector<std::unique_ptr<Operator>> projections_;
  OperatorContext* context_ = nullptr;
  RecordBatch batch_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_expand(ExpandOptions options) {
  return std::make_unique<Expand>(std::move(options));
}

}  // namespace millrace
