#include "session/data_stream_reader.hpp"

namespace millrace {
namespace {

std::string lines_of(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text += (text.empty() ? "" : "\n") + path;
  return text;
}

}  // namespace

DataStreamReader& DataStreamReader::format(std::string name) {
  read_.format = std::move(name);
  return *this;
}

DataStreamReader& DataStreamReader::option(std::string name, std::string value) {
  read_.options.set(std::move(name), std::move(value));
  return *this;
}
DataStreamReader& DataStreamReader::option(std::string name, const char* value) {
  return option(std::move(name), std::string(value));
}
DataStreamReader& DataStreamReader::option(std::string name, std::int64_t value) {
  return option(std::move(name), std::to_string(value));
}
DataStreamReader& DataStreamReader::option(std::string name, int value) {
  return option(std::move(name), std::int64_t{value});
}
DataStreamReader& DataStreamReader::option(std::string name, bool value) {
  return option(std::move(name), std::string(value ? "true" : "false"));
}

DataStreamReader& DataStreamReader::schema(std::string ddl) {
  read_.schema = std::move(ddl);
  return *this;
}

DataStreamReader& DataStreamReader::reload(std::string when) {
  reload_ = std::move(when);
  return *this;
}

// A node without a format would name a view; Spark's default format is a file's, which needs a
// path.
DataFrame DataStreamReader::load() const {
  plan::Read read = read_;
  if (read.format.empty()) read.format = "parquet";
  const std::string paths = lines_of(read.paths);
  plan::Node node = *plan::make_node(std::move(read), {});
  if (!reload_.empty()) node.options.set("reload", reload_);
  if (!reload_.empty() && !paths.empty()) node.options.set("paths", paths);
  return {session_, std::make_shared<const plan::Node>(std::move(node))};
}

DataFrame DataStreamReader::load(const std::string& path) const {
  DataStreamReader reader = *this;
  reader.read_.paths = {path};
  return reader.load();
}

}  // namespace millrace
