#include "operators/assign_window.hpp"

#include "expressions/kernels/gather.hpp"
#include "operators/row_errors.hpp"

namespace millrace {

namespace {

constexpr std::uint32_t kRowsPerBatch = 4096;

/// a + b and a - b that wrap: a timestamp at the end of time must not stop the process.
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

class AssignWindow final : public Operator {
 public:
  explicit AssignWindow(AssignWindowOptions options) : options_(std::move(options)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }

  Progress process(int /*port*/, RecordBatch batch, Output& out) override {
    if (batch.num_rows() == 0) return Progress::Done;
    input_ = std::move(batch);
    times_ = options_.time->evaluate(context_->eval, input_, input_.rows());
    if (!settle_errors(*context_, options_.on_error, input_)) return finish_input();
    if (options_.slide == options_.size) {
      emit_tumbling(out);
      return finish_input();
    }
    next_row_ = 0;
    next_offset_ = 0;
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
  bool has_time(std::uint32_t row) const {
    return !times_->type().is_null() && !times_->is_null(row);
  }
  /// Start of the latest window that holds the row.
  std::int64_t last_start(std::uint32_t row) const {
    const std::int64_t time = times_->at<std::int64_t>(row);
    std::int64_t rest = minus(time, options_.start) % options_.slide;
    if (rest < 0) rest += options_.slide;
    return minus(time, rest);
  }
  Progress finish_input() {
    input_.reset();
    times_.reset();
    return Progress::Done;
  }

  void emit_tumbling(Output& out);
  bool collect_rows();
  void emit_collected(Output& out);

  const AssignWindowOptions options_;
  OperatorContext* context_ = nullptr;

  // The input at hand and how far it is: row, and how far before the row's latest window.
  RecordBatch input_;
  ColumnRef times_;
  std::uint32_t next_row_ = 0;
  std::int64_t next_offset_ = 0;

  // One output batch of sliding windows.
  std::vector<std::uint32_t> parents_;
  std::vector<std::int64_t> starts_;
};

/// Every row lies in one window: columns are shared, and rows without a time leave the selection.
void AssignWindow::emit_tumbling(Output& out) {
  const DataType& type = options_.output->fields.back().type;
  ColumnRef window = context_->pool.make_column(type);
  window->resize(input_.num_physical_rows());
  auto* starts = window->child(0)->mutable_values<std::int64_t>();
  auto* ends = window->child(1)->mutable_values<std::int64_t>();
  parents_.clear();
  input_.rows().for_each([&](std::uint32_t row) {
    if (!has_time(row)) return;
    parents_.push_back(row);
    starts[row] = last_start(row);
    ends[row] = plus(starts[row], options_.size);
  });
  if (parents_.empty()) return;
  RecordBatch result = std::move(input_);
  result.set_schema(options_.output);
  result.columns().push_back(std::move(window));
  if (parents_.size() != result.num_rows()) std::swap(result.start_selection(), parents_);
  out.emit(std::move(result));
}

/// Fills the lists with rows and windows of the next output batch; false when there are none left.
bool AssignWindow::collect_rows() {
  parents_.clear();
  starts_.clear();
  const std::uint32_t num_rows = input_.num_rows();
  for (; next_row_ < num_rows; ++next_row_, next_offset_ = 0) {
    const std::uint32_t row = input_.rows()[next_row_];
    if (!has_time(row)) continue;
    const std::int64_t last = last_start(row);
    const std::int64_t reach = options_.size - minus(times_->at<std::int64_t>(row), last);
    for (; next_offset_ < reach; next_offset_ += options_.slide) {
      if (parents_.size() == kRowsPerBatch) return true;
      parents_.push_back(row);
      starts_.push_back(minus(last, next_offset_));
    }
  }
  return !parents_.empty();
}

void AssignWindow::emit_collected(Output& out) {
  RecordBatch result = context_->pool.make_batch_without_columns(options_.output);
  result.set_num_physical_rows(static_cast<std::uint32_t>(parents_.size()));
  result.set_ingest_ns(input_.ingest_ns());
  for (const ColumnRef& column : input_.columns())
    result.columns().push_back(kernels::gather(context_->pool, column, parents_));
  if (input_.changes())
    result.set_changes(kernels::gather(context_->pool, input_.changes(), parents_));
  ColumnRef window = context_->pool.make_column(options_.output->fields.back().type);
  window->resize(parents_.size());
  for (std::size_t k = 0; k < parents_.size(); ++k) {
    window->child(0)->mutable_values<std::int64_t>()[k] = starts_[k];
    window->child(1)->mutable_values<std::int64_t>()[k] = plus(starts_[k], options_.size);
  }
  result.columns().push_back(std::move(window));
  out.emit(std::move(result));
}

}  // namespace

std::unique_ptr<Operator> make_assign_window(AssignWindowOptions options) {
  return std::make_unique<AssignWindow>(std::move(options));
}

}  // namespace millrace
