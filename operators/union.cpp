#include "operators/union.hpp"

namespace millrace {

namespace {

class Union final : public Operator {
 public:
  explicit Union(UnionOptions options) : options_(std::move(options)) {}

  Status open(OperatorContext&) override { return {}; }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    batch.set_schema(options_.output);
    out.emit(std::move(batch));
    return Progress::Done;
  }

 private:
  const UnionOptions options_;
};

}  // namespace

std::unique_ptr<Operator> make_union(UnionOptions options) {
  return std::make_unique<Union>(std::move(options));
}

}  // namespace millrace
