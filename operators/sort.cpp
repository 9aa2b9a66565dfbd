#include "operators/sort.hpp"

#include "operators/result_batch.hpp"

#include <algorithm>

namespace millrace {

namespace {

class Sort final : public Operator {
 public:
  explicit Sort(SortOptions options)
      : options_(std::move(options)), result_(options_.output, options_.on_error) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    result_.open(context);
    return {};
  }

  Progress process(int port, RecordBatch batch, Output& out) override;
  Progress on_watermark(Watermark watermark, Output&) override {
    watermark_ = watermark;
    return Progress::Done;
  }
  Progress on_epoch_end(Epoch, Output& out) override { return start_output(out); }
  Progress finish(Output& out) override { return start_output(out); }
  Progress resume(Output& out) override;

 private:
  /// A row that waits: its key lies in `keys_`.
  struct Entry {
    std::size_t key_start;
    std::uint32_t key_size;
    std::uint32_t batch;
    std::uint32_t row;
  };

  Progress start_output(Output& out);
  std::string_view key_of(const Entry& entry) const {
    return std::string_view(keys_).substr(entry.key_start, entry.key_size);
  }

  // Fixed after open.
  const SortOptions options_;
  OperatorContext* context_ = nullptr;

  // The rows since the last output.
  std::vector<RecordBatch> batches_;
  std::vector<Entry> entries_;
  std::string keys_;
  std::optional<Watermark> watermark_;

  // How far the output is.
  std::size_t next_ = 0;
  ResultBatch result_;
};

Progress Sort::process(int /*port*/, RecordBatch batch, Output& /*out*/) {
  std::vector<ColumnRef> columns;
  for (const SortColumn& column : options_.columns)
    columns.push_back(column.expression->evaluate(context_->eval, batch, batch.rows()));
  if (!settle_errors(*context_, options_.on_error, batch)) return Progress::Done;
  batch.rows().for_each([&](std::uint32_t row) {
    const std::size_t start = keys_.size();
    for (std::size_t c = 0; c < columns.size(); ++c)
      append_sort_key(keys_, *columns[c], row, options_.columns[c].direction);
    entries_.push_back({start, static_cast<std::uint32_t>(keys_.size() - start),
                        static_cast<std::uint32_t>(batches_.size()), row});
  });
  batches_.push_back(std::move(batch));
  return Progress::Done;
}

Progress Sort::start_output(Output& out) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [this](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
  next_ = 0;
  return resume(out);
}

Progress Sort::resume(Output& out) {
  while (next_ < entries_.size()) {
    const Entry& entry = entries_[next_++];
    const RecordBatch& from = batches_[entry.batch];
    std::vector<ColumnRef>& to = result_.columns();
    for (std::size_t c = 0; c < to.size(); ++c) to[c]->append_from(from.column(c), entry.row);
    result_.row_done();
    if (!result_.is_full()) continue;
    result_.flush(out);
    if (out.is_full()) return Progress::More;
  }
  result_.flush(out);
  batches_.clear();
  entries_.clear();
  keys_.clear();
  if (watermark_) out.emit(*watermark_);
  watermark_.reset();
  return Progress::Done;
}

}  // namespace

std::unique_ptr<Operator> make_sort(SortOptions options) {
  return std::make_unique<Sort>(std::move(options));
}

}  // namespace millrace
