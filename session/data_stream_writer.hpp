#pragma once

#include "session/data_frame.hpp"
#include "session/query_trigger.hpp"
#include "session/row.hpp"
#include "session/streaming_query.hpp"
#include "sinks/foreach_sink.hpp"
#include "topology/plan/node.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

struct SessionState;

/// Takes a micro-batch as a frame without streaming source, and the number of its epoch.
using BatchFunction = std::function<Status(const DataFrame& batch, std::int64_t epoch)>;

/// Where the rows of a frame go, and when (Spark's DataStreamWriter). Methods change the writer and
/// give it back; all of it is checked by `start`. Not thread-safe.
class DataStreamWriter {
 public:
  DataStreamWriter(std::shared_ptr<SessionState> session, plan::NodePtr input);

  /// `console`, `memory`, `json`, `noop` ...
  DataStreamWriter& format(std::string name);
  /// Names are compared without case.
  DataStreamWriter& option(std::string name, std::string value);
  DataStreamWriter& option(std::string name, const char* value);
  DataStreamWriter& option(std::string name, int value);
  DataStreamWriter& option(std::string name, bool value);
  /// `append` (the default), `update` or `complete`.
  DataStreamWriter& output_mode(std::string mode);
  DataStreamWriter& trigger(QueryTrigger trigger);
  /// Also the name of a memory sink's table.
  DataStreamWriter& query_name(std::string name);
  DataStreamWriter& partition_by(std::vector<std::string> columns);
  /// Gives each row to a writer of the program; one writer for each subtask.
  DataStreamWriter& foreach (std::function<std::unique_ptr<ForeachWriter>()> make_writer);
  /// Gives each row to a function, from one thread at a time.
  DataStreamWriter& foreach (std::function<Status(const Row&)> function);
  /// Gives the rows of each micro-batch to the program at once, also without rows. An epoch that runs
  /// again after a crash has the same number.
  DataStreamWriter& foreach_batch(BatchFunction function);
  /// Writes the rows that come too late for a frame as well, in the same query. `writer` is the
  /// `write_stream()` of this frame or of one below that groups, drops duplicates or has a processor,
  /// with a format by name; its rows have the columns of that frame's input.
  DataStreamWriter& late_records(const DataStreamWriter& writer);

  /// Analyzes, plans and starts. The error is the first one found, with Spark's class where Spark
  /// has one: a mode that the plan does not allow, an unknown column, a name already active ...
  Result<StreamingQuery> start();
  Result<StreamingQuery> start(const std::string& path);

 private:
  std::shared_ptr<SessionState> session_;
  plan::WriteStream output_;
  QueryTrigger trigger_;
  std::vector<plan::WriteStream> late_outputs_;
  // Makes the program's own sink with what marks its calls; empty: the sink that the format names.
  std::function<PlannedSink(const std::shared_ptr<const char>&)> foreach_;
};

}  // namespace millrace
