#include "operators/limit.hpp"

#include <algorithm>

namespace millrace {

namespace {

class Limit final : public Operator {
 public:
  explicit Limit(LimitOptions options) : options_(options) {}

  Status open(OperatorContext& context) override {
    context.state.declare_number("seen", seen_, NumberMerge::Sum);
    context.state.declare_number("passed", passed_, NumberMerge::Sum);
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    const std::int64_t n = batch.num_rows();
    const std::int64_t skipped = std::min(n, std::max<std::int64_t>(options_.offset - seen_, 0));
    std::int64_t kept = n - skipped;
    if (options_.count >= 0) kept = std::min(kept, options_.count - passed_);
    seen_ += n;
    passed_ += kept;
    if (kept == 0) return Progress::Done;
    if (kept != n) cut(batch, skipped, kept);
    out.emit(std::move(batch));
    return Progress::Done;
  }

  Progress on_epoch_end(Epoch, Output&) override {
    if (options_.mode == OutputMode::Complete) seen_ = passed_ = 0;
    return Progress::Done;
  }

 private:
  void cut(RecordBatch& batch, std::int64_t skipped, std::int64_t kept) {
    selection_.clear();
    for (std::int64_t k = skipped; k < skipped + kept; ++k)
      selection_.push_back(batch.rows()[static_cast<std::uint32_t>(k)]);
    std::swap(batch.start_selection(), selection_);
  }

  const LimitOptions options_;
  // State.
  std::int64_t seen_ = 0;
  std::int64_t passed_ = 0;
  // Scratch, exchanged with the batch's selection.
  std::vector<std::uint32_t> selection_;
};

}  // namespace

std::unique_ptr<Operator> make_limit(LimitOptions options) {
  return std::make_unique<Limit>(options);
}

}  // namespace millrace
