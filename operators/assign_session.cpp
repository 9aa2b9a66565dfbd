#include "operators/assign_session.hpp"

#include "operators/row_errors.hpp"

#include <utility>
#include <vector>

namespace millrace {

namespace {

bool has_value(const Column& column, std::uint32_t row) {
  return !column.type().is_null() && !column.is_null(row);
}

class AssignSession final : public Operator {
 public:
  explicit AssignSession(AssignSessionOptions options) : options_(std::move(options)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    const ColumnRef starts = options_.start->evaluate(context_->eval, batch, batch.rows());
    const ColumnRef ends = options_.end->evaluate(context_->eval, batch, batch.rows());
    if (!settle_errors(*context_, options_.on_error, batch)) return Progress::Done;
    ColumnRef session = sessions_of(batch, *starts, *ends);
    if (kept_.empty()) return Progress::Done;
    if (kept_.size() != batch.num_rows()) std::swap(batch.start_selection(), kept_);
    batch.columns().push_back(std::move(session));
    batch.set_schema(options_.output);
    out.emit(std::move(batch));
    return Progress::Done;
  }

 private:
  /// The sessions at the rows' places; `kept_` lists the rows that have one.
  ColumnRef sessions_of(const RecordBatch& batch, const Column& starts, const Column& ends) {
    ColumnRef session = context_->pool.make_column(options_.output->fields.back().type);
    session->resize(batch.num_physical_rows());
    auto* first = session->child(0)->mutable_values<std::int64_t>();
    auto* last = session->child(1)->mutable_values<std::int64_t>();
    kept_.clear();
    batch.rows().for_each([&](std::uint32_t row) {
      if (!has_value(starts, row) || !has_value(ends, row)) return;
      first[row] = starts.at<std::int64_t>(row);
      last[row] = ends.at<std::int64_t>(row);
      if (last[row] > first[row]) kept_.push_back(row);
    });
    return session;
  }

  const AssignSessionOptions options_;
  OperatorContext* context_ = nullptr;
  // Scratch of one batch.
  std::vector<std::uint32_t> kept_;
};

}  // namespace

std::unique_ptr<Operator> make_assign_session(AssignSessionOptions options) {
  return std::make_unique<AssignSession>(std::move(options));
}

}  // namespace millrace
