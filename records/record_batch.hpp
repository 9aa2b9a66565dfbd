#pragma once

#include <cstdint>
#include <vector>

#include "records/column.hpp"

namespace millrace {

/// What a row of a changelog edge says. A batch without a change column holds inserts only.
enum class Change : std::int8_t { Insert = 0, UpdateBefore = 1, UpdateAfter = 2, Delete = 3 };

namespace detail {
struct BatchBody {
  SchemaPtr schema;
  std::uint32_t num_rows = 0;
  bool selected = false;
  std::vector<std::uint32_t> selection;
  std::vector<ColumnRef> columns;
  ColumnRef changes;
  std::int64_t ingest_ns = 0;
  // Owned by the pool.
  RecordPool* home = nullptr;
  BatchBody* next_free = nullptr;
};
}  // namespace detail

/// Rows of one schema travelling together: shared columns plus a selection of their rows. Move-only
/// handle to a pooled body; one holder at a time. A filter changes the selection and copies nothing.
class RecordBatch {
 public:
  RecordBatch() = default;
  explicit RecordBatch(detail::BatchBody* adopted) : body_(adopted) {}
  RecordBatch(RecordBatch&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
  RecordBatch& operator=(RecordBatch&& other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~RecordBatch() { reset(); }
  /// Gives the body back to its pool.
  void reset();
  explicit operator bool() const { return body_ != nullptr; }

  const Schema& schema() const { return *body_->schema; }
  const SchemaPtr& schema_ptr() const { return body_->schema; }
  void set_schema(SchemaPtr schema) { body_->schema = std::move(schema); }

  std::size_t num_columns() const { return body_->columns.size(); }
  const Column& column(std::size_t i) const { return *body_->columns[i]; }
  const ColumnRef& column_ref(std::size_t i) const { return body_->columns[i]; }
  std::vector<ColumnRef>& columns() { return body_->columns; }
  const std::vector<ColumnRef>& columns() const { return body_->columns; }

  /// Rows that the columns hold, selected or not.
  std::uint32_t num_physical_rows() const { return body_->num_rows; }
  void set_num_physical_rows(std::uint32_t rows) { body_->num_rows = rows; }
  /// Rows that count.
  std::uint32_t num_rows() const {
    return body_->selected ? static_cast<std::uint32_t>(body_->selection.size()) : body_->num_rows;
  }
  Rows rows() const {
    return body_->selected ? Rows::listed(body_->selection.data(), num_rows())
                           : Rows::all(body_->num_rows);
  }
  bool is_selected() const { return body_->selected; }
  /// Requires: is_selected().
  const std::vector<std::uint32_t>& selection() const { return body_->selection; }
  /// The selection to write into; afterwards `rows()` is what it holds (ascending row numbers).
  std::vector<std::uint32_t>& start_selection() {
    body_->selected = true;
    return body_->selection;
  }
  void select_all() { body_->selected = false; }

  /// Int8 column of `Change`, or empty when every row is an insert.
  const ColumnRef& changes() const { return body_->changes; }
  void set_changes(ColumnRef changes) { body_->changes = std::move(changes); }

  /// When the source saw the oldest row: steady clock, nanoseconds; 0 when unknown.
  std::int64_t ingest_ns() const { return body_->ingest_ns; }
  void set_ingest_ns(std::int64_t ns) { body_->ingest_ns = ns; }

 private:
  detail::BatchBody* body_ = nullptr;
};

/// Gives out columns and batch bodies and takes them back, so that the steady state allocates nothing.
/// One pool a subtask: `make_*` only from the thread that runs the subtask; what it made may be
/// dropped on any thread, also after the owner let go of the pool.
class RecordPool {
 public:
  struct Release {
    void operator()(RecordPool* pool) const { pool->drop_reference(); }
  };
  using Owner = std::unique_ptr<RecordPool, Release>;
  static Owner create() { return Owner(new RecordPool); }

  /// An empty column; children of nested types are made too.
  ColumnRef make_column(const DataType& type);
  /// A batch without rows and with one empty column for each field.
  RecordBatch make_batch(const SchemaPtr& schema);
  /// A batch without columns (`columns()` is empty): the caller pushes shared ones.
  RecordBatch make_batch_without_columns(const SchemaPtr& schema);
  /// A second handle to the same columns, with its own selection.
  RecordBatch share(const RecordBatch& batch);

 private:
  friend class Column;
  friend class RecordBatch;
  RecordPool() = default;
  ~RecordPool();
  void drop_reference();
  void take_back(Column* column);
  void take_back(detail::BatchBody* body);

  // Touched by the owning thread only.
  Column* free_columns_ = nullptr;
  detail::BatchBody* free_bodies_ = nullptr;
  // Pushed to by any thread, taken whole by the owner: no ABA.
  alignas(64) std::atomic<Column*> returned_columns_{nullptr};
  std::atomic<detail::BatchBody*> returned_bodies_{nullptr};
  // The owner and every object that was made count one each.
  std::atomic<std::uint64_t> references_{1};
};

}  // namespace millrace
