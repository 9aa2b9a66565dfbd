#pragma once

#include "operators/operator.hpp"
#include "operators/stateful_processor.hpp"

#include <vector>

namespace millrace {

/// One row of columns, for a processor. Borrows the columns.
class ColumnRowView final : public RowView {
 public:
  explicit ColumnRowView(const Schema& schema) : schema_(schema) {}
  /// `columns` stand for the fields of the schema.
  void set(const std::vector<ColumnRef>& columns, std::uint32_t row) {
    columns_ = &columns;
    row_ = row;
  }

  int column(std::string_view name) const override;
  bool is_null(int column) const override { return at(column).is_null(row_); }
  std::int64_t get_long(int column) const override;
  double get_double(int column) const override;
  std::string_view get_text(int column) const override;

 private:
  const Column& at(int column) const;

  const Schema& schema_;
  const std::vector<ColumnRef>* columns_ = nullptr;
  std::uint32_t row_ = 0;
};

/// Rows of one batch, by their numbers.
class BatchRows final : public InputRows {
 public:
  explicit BatchRows(const Schema& schema) : view_(schema) {}
  void set(const RecordBatch& batch, const std::uint32_t* first, const std::uint32_t* end) {
    columns_ = &batch.columns();
    next_ = first;
    end_ = end;
  }
  const RowView* next() override;

 private:
  ColumnRowView view_;
  const std::vector<ColumnRef>* columns_ = nullptr;
  const std::uint32_t* next_ = nullptr;
  const std::uint32_t* end_ = nullptr;
};

/// The rows that a processor puts out, as batches. A row is whole or not there: what throws in the
/// middle of one ends the job.
class BatchOutput final : public OutputRows {
 public:
  explicit BatchOutput(SchemaPtr schema) : schema_(std::move(schema)) {}
  void open(RecordPool& pool) { pool_ = &pool; }
  /// Gives what was put out to `out`. `ingest_ns`: of the rows that it was made from, or 0.
  void flush(std::int64_t ingest_ns, Output& out);

 private:
  void begin_row(std::size_t num_columns) override;
  void put_null(int column) override;
  void put_long(int column, std::int64_t value) override;
  void put_double(int column, double value) override;
  void put_text(int column, std::string_view value) override;
  Column& at(int column) { return *batch_.columns()[static_cast<std::size_t>(column)]; }

  const SchemaPtr schema_;
  RecordPool* pool_ = nullptr;
  RecordBatch batch_;
  std::uint32_t num_rows_ = 0;
};

}  // namespace millrace
