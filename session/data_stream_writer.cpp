#include "session/data_stream_writer.hpp"

#include "session/callback_writers.hpp"
#include "session/query_run.hpp"
#include "session/query_start.hpp"

namespace millrace {

DataStreamWriter::DataStreamWriter(std::shared_ptr<SessionState> session, plan::NodePtr input)
    : session_(std::move(session)) {
  output_.input = std::move(input);
}

DataStreamWriter& DataStreamWriter::format(std::string name) {
  output_.format = std::move(name);
  foreach_ = nullptr;
  return *this;
}

DataStreamWriter& DataStreamWriter::option(std::string name, std::string value) {
  output_.options.set(std::move(name), std::move(value));
  return *this;
}

DataStreamWriter& DataStreamWriter::option(std::string name, const char* value) {
  return option(std::move(name), std::string(value));
}
DataStreamWriter& DataStreamWriter::option(std::string name, int value) {
  return option(std::move(name), std::to_string(value));
}
DataStreamWriter& DataStreamWriter::option(std::string name, bool value) {
  return option(std::move(name), std::string(value ? "true" : "false"));
}

DataStreamWriter& DataStreamWriter::output_mode(std::string mode) {
  output_.output_mode = std::move(mode);
  return *this;
}

DataStreamWriter& DataStreamWriter::trigger(QueryTrigger trigger) {
  trigger_ = std::move(trigger);
  return *this;
}

DataStreamWriter& DataStreamWriter::query_name(std::string name) {
  output_.name = std::move(name);
  return *this;
}

DataStreamWriter& DataStreamWriter::partition_by(std::vector<std::string> columns) {
  output_.partition_by = std::move(columns);
  return *this;
}

// The program's code runs under a mark, so that it cannot wait for its own query.
DataStreamWriter& DataStreamWriter::foreach (
    std::function<std::unique_ptr<ForeachWriter>()> make_writer) {
  output_.format = "foreach";
  foreach_ = [make = std::move(make_writer)](const std::shared_ptr<const char>& mark) {
    return plan_foreach([make, mark] { return marked_writer(make(), mark); });
  };
  return *this;
}

DataStreamWriter& DataStreamWriter::foreach (std::function<Status(const Row&)> function) {
  return foreach ([call = std::move(function)] { return writer_of(call); });
}

DataStreamWriter& DataStreamWriter::foreach_batch(BatchFunction function) {
  output_.format = "foreachBatch";
  foreach_ = [call = std::move(function),
              session = std::weak_ptr(session_)](const std::shared_ptr<const char>& mark) {
    return plan_foreach_batch(
        [call, session, mark](const std::vector<RecordBatch>& rows, const SchemaPtr& schema,
                              Epoch epoch) {
          // The query must not keep alive the session that keeps it alive.
          const auto alive = session.lock();
          if (!alive) return Status(make_error(ErrorKind::QueryFailed, "foreachBatch: the session ended"));
          const CallbackScope inside(mark.get());
          return call(frame_of(alive, *schema, rows), number(epoch));
        });
  };
  return *this;
}

DataStreamWriter& DataStreamWriter::late_records(const DataStreamWriter& writer) {
  late_outputs_.push_back(writer.output_);
  late_outputs_.back().late_records = true;
  return *this;
}

Result<StreamingQuery> DataStreamWriter::start() {
  const auto mark = std::make_shared<const char>();
  QueryRequest request{output_, late_outputs_, trigger_, {}, mark};
  if (foreach_) request.foreach = [make = foreach_, mark] { return make(mark); };
  return start_query(session_, std::move(request));
}

Result<StreamingQuery> DataStreamWriter::start(const std::string& path) {
  option("path", path);
  return start();
}

}  // namespace millrace
