#include "topology/spark/spark_reports.hpp"

#include <nlohmann/json.hpp>


namespace millrace::spark {
namespace {

using Json = nlohmann::json;

template <class Value>
Value value_or(const Json& object, const char* key, Value otherwise) {
  const auto found = object.find(key);
  const bool is_good = found != object.end() && (found->is_number() || found->is_string());
  return is_good && found->is_string() == std::is_same_v<Value, std::string> ? found->get<Value>()
                                                                             : otherwise;
}

QueryProgress read_progress(const Json& json) {
  QueryProgress progress;
  progress.id = value_or(json, "id", std::string());
  progress.run_id = value_or(json, "runId", std::string());
  progress.batch_id = value_or(json, "batchId", std::int64_t{0});
  progress.batch_duration_ms = value_or(json, "batchDuration", std::int64_t{0});
  progress.num_input_rows = value_or(json, "numInputRows", std::int64_t{0});
  progress.input_rows_per_second = value_or(json, "inputRowsPerSecond", 0.0);
  progress.processed_rows_per_second = value_or(json, "processedRowsPerSecond", 0.0);
  return progress;
}

}  // namespace

Report read_report(std::string_view line) {
  Report report;
  const std::size_t blank = std::min(line.find(' '), line.size());
  const std::string_view kind = line.substr(0, blank);
  const Json json = Json::parse(line.substr(std::min(blank + 1, line.size())), nullptr, false);
  if (kind == "failure" && json.is_string()) report.failure = json.get<std::string>();
  if (kind == "progress" && json.is_object()) {
    report.progress_json = line.substr(blank + 1);
    report.progress = read_progress(json);
  }
  return report;
}

}  // namespace millrace::spark
