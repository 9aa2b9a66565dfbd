#include "session/data_stream_writer.hpp"

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

DataStreamWriter& DataStreamWriter::foreach (
    std::function<std::unique_ptr<ForeachWriter>()> make_writer) {
  output_.format = "foreach";
  foreach_ = [make = std::move(make_writer)] { return plan_foreach(make); };
  return *this;
}

DataStreamWriter& DataStreamWriter::foreach_batch(ForeachBatchFunction function) {
  output_.format = "foreach";
  foreach_ = [call = std::move(function)] { return plan_foreach_batch(call); };
  return *this;
}

Result<StreamingQuery> DataStreamWriter::start() {
  return start_query(session_, {output_, trigger_, foreach_});
}

Result<StreamingQuery> DataStreamWriter::start(const std::string& path) {
  option("path", path);
  return start();
}

}  // namespace millrace
