#pragma once

#include "sinks/sink_type.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace millrace {

/// What a program does with each row (Spark's ForeachWriter). Not thread-safe: one object for each
/// subtask, called from one thread at a time; it may block.
class ForeachWriter {
 public:
  virtual ~ForeachWriter() = default;
  /// Begins an epoch on one partition, also when no row follows. False: its rows are skipped.
  virtual Result<bool> open(std::int64_t partition, Epoch epoch) = 0;
  /// Takes one row. Requires: open returned true.
  virtual Status process(const RecordBatch& batch, std::size_t row) = 0;
  /// Ends what `open` began, whether it returned true or false. Null when all went well.
  virtual void close(const Error* error) = 0;
};

/// Calls a writer for every row. The epoch and the partition number the calls, so a writer can tell
/// an epoch that runs again.
PlannedSink plan_foreach(std::function<std::unique_ptr<ForeachWriter>()> make_writer);

/// Takes all rows of a micro-batch at once. The batches are the callee's to read during the call.
using ForeachBatchFunction =
    std::function<Status(const std::vector<RecordBatch>& rows, const SchemaPtr& schema, Epoch epoch)>;
/// Calls a function once for each micro-batch, also without rows (Spark's foreachBatch).
PlannedSink plan_foreach_batch(ForeachBatchFunction function);

/// The kind `foreach`: gives the rows of each epoch as JSON lines to a command.
SinkType foreach_sink_type();

/// The kind `foreachBatch`: gives all rows of each epoch at once to a command.
SinkType foreach_batch_sink_type();

}  // namespace millrace
