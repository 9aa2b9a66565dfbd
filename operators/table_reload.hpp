#pragma once

#include "operators/operator.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace millrace {

/// Reads the rows of a table, again and again. Used by one thread at a time.
class TableReader {
 public:
  virtual ~TableReader() = default;
  /// Begins with the first row. The context is used until `read` has given all or failed.
  virtual Status start(OperatorContext& context) = 0;
  /// Some of the rows that are left, an empty handle when they are still to come; none when all have
  /// come.
  virtual Result<std::optional<RecordBatch>> read() = 0;
  /// Whether what it reads looks otherwise than when it was last asked; at first: than when it was made.
  virtual bool has_changed() = 0;
};

/// When the table of a join is read again.
struct TableReloadOptions {
  std::function<std::unique_ptr<TableReader>()> make;
  /// Microseconds of processing time between two readings, or two looks for a change.
  std::int64_t period = 0;
  bool only_when_changed = false;
};

class TableReadings;

/// One reading of a table: rows that all subtasks take, each in its own time.
struct TableReading;

/// The part of one subtask in the readings of its join's table: before its first row of an epoch it turns
/// to the newest reading that was begun for this epoch or one before, so that all rows of an epoch meet
/// one table, in every subtask. Not thread-safe.
class TableReload {
 public:
  /// `readings` is shared with the other subtasks; null: the table is never read again.
  explicit TableReload(std::shared_ptr<TableReadings> readings) : readings_(std::move(readings)) {}
  TableReload(const TableReload&) = delete;
  TableReload& operator=(const TableReload&) = delete;
  ~TableReload();

  void open(OperatorContext& context);
  void end_epoch();
  /// Called before each batch: true when there is a reading to take now, by `read`.
  bool is_due();
  /// What `TableReader::read` gives, whoever of the subtasks does the reading.
  Result<std::optional<RecordBatch>> read();

 private:
  const std::shared_ptr<TableReadings> readings_;
  OperatorContext* context_ = nullptr;
  std::shared_ptr<TableReading> reading_;
  // How many of its batches are taken.
  std::size_t num_taken_ = 0;
  bool is_first_of_epoch_ = true;
};

/// What the subtasks of one join share. Lives as long as the plan; begins anew when a run of it does.
std::shared_ptr<TableReadings> make_table_readings(TableReloadOptions options);

}  // namespace millrace
