#pragma once

#include "operators/operator.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace millrace {

/// Reads the rows of a table, again and again. Used by one thread.
class TableReader {
 public:
  virtual ~TableReader() = default;
  /// Begins with the first row.
  virtual Status start(OperatorContext& context) = 0;
  /// Some of the rows that are left, an empty handle when they are still to come; none when all have
  /// come.
  virtual Result<std::optional<RecordBatch>> read() = 0;
  /// Whether what it reads looks otherwise than when it was last asked; at first: than when it was made.
  virtual bool has_changed() = 0;
};

/// When the table of a join is read again.
struct TableReloadOptions {
  /// Null: never.
  std::function<std::unique_ptr<TableReader>()> make;
  /// Microseconds of processing time between two readings, or two looks for a change.
  std::int64_t period = 0;
  bool only_when_changed = false;
};

/// Decides when a table is due to be read again: before the first row of an epoch, so that all rows of
/// an epoch meet one table. Not thread-safe.
class TableReload {
 public:
  explicit TableReload(const TableReloadOptions& options) : options_(options) {}

  void open(OperatorContext& context);
  void end_epoch() { is_first_of_epoch_ = true; }
  /// Called before each batch: true when the table must be read now.
  bool is_due();
  TableReader& reader() { return *reader_; }

 private:
  const TableReloadOptions options_;
  OperatorContext* context_ = nullptr;
  std::unique_ptr<TableReader> reader_;
  std::int64_t next_ = 0;
  bool is_first_of_epoch_ = true;
};

}  // namespace millrace
