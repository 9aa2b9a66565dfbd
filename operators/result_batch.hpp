#pragma once

#include "operators/row_errors.hpp"

namespace millrace {

/// The output batch that an operator fills row by row. Gives it out when it has `kRows` rows, so
/// that a large result never lies in memory at once.
class ResultBatch {
 public:
  static constexpr std::uint32_t kRows = 1024;

  ResultBatch(SchemaPtr schema, OnError on_error)
      : schema_(std::move(schema)), on_error_(on_error) {}
  void open(OperatorContext& context) { context_ = &context; }

  /// The columns to append one row to; then call `row_done`.
  std::vector<ColumnRef>& columns() {
    if (!batch_) batch_ = context_->pool.make_batch(schema_);
    return batch_.columns();
  }
  void row_done() { ++rows_; }
  void rows_done(std::uint32_t count) { rows_ += count; }
  bool is_empty() const { return rows_ == 0; }
  bool is_full() const { return rows_ >= kRows; }

  /// Emits the rows so far, if any. Rows that failed go by the `onError` policy.
  void flush(Output& out) {
    if (rows_ == 0) return;
    batch_.set_num_physical_rows(rows_);
    batch_.set_ingest_ns(ingest_ns_);
    rows_ = 0;
    RecordBatch batch = std::move(batch_);
    if (settle_errors(*context_, on_error_, batch) && batch.num_rows() != 0)
      out.emit(std::move(batch));
  }

  /// Ingest time that the next batches carry; 0 when unknown.
  void set_ingest_ns(std::int64_t ns) { ingest_ns_ = ns; }

 private:
  const SchemaPtr schema_;
  const OnError on_error_;
  OperatorContext* context_ = nullptr;
  RecordBatch batch_;
  std::uint32_t rows_ = 0;
  std::int64_t ingest_ns_ = 0;
};

}  // namespace millrace
