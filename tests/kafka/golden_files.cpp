#include "tests/kafka/golden_files.hpp"

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>

namespace millrace::testing {

namespace {

using Json = nlohmann::json;

std::optional<std::string> bytes_of(const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return value.get<std::string>();
  const std::string hex = value.at("hex");
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::map<std::string, std::string> read_options(const YAML::Node& node) {
  std::map<std::string, std::string> options;
  for (const auto& option : node) options[option.first.as<std::string>()] = option.second.as<std::string>();
  return options;
}

KafkaCase::Step read_step(const YAML::Node& node, const std::filesystem::path& folder) {
  KafkaCase::Step step;
  step.what = node["do"].as<std::string>();
  if (node["topic"]) step.topic = node["topic"].as<std::string>();
  if (node["count"]) step.count = node["count"].as<int>();
  if (node["partitions"]) step.count = node["partitions"].as<int>();
  if (node["seconds"]) step.wait_ms = static_cast<int>(node["seconds"].as<double>() * 1000);
  if (node["before"])
    for (const auto& one : node["before"])
      step.before[one.first.as<std::int32_t>()] = one.second.as<std::int64_t>();
  if (node["records"]) step.records = read_records(folder / node["records"].as<std::string>());
  if (node["options"]) step.options = read_options(node["options"]);
  if (node["batchesSoFar"]) step.batches_so_far = node["batchesSoFar"].as<std::size_t>();
  return step;
}

std::string read_ranges(const YAML::Node& ranges) {
  std::map<std::string, std::map<int, std::string>> sorted;
  for (const auto& topic : ranges)
    for (const auto& partition : topic.second) {
      const YAML::Node& range = partition.second;
      const std::string start = range[0].IsNull() ? "" : range[0].as<std::string>();
      sorted[topic.first.as<std::string>()][partition.first.as<int>()] =
          "[" + start + "," + range[1].as<std::string>() + ") ";
    }
  std::string text;
  for (const auto& [topic, partitions] : sorted)
    for (const auto& [partition, range] : partitions)
      text += topic + "-" + std::to_string(partition) + range;
  return text;
}

/// `class [condition]: message`; the class is Java's affair.
std::string message_of(const std::string& cause) {
  const std::size_t colon = cause.find(": ");
  return colon == std::string::npos ? cause : cause.substr(colon + 2);
}

}  // namespace

std::vector<TestRecord> read_records(const std::filesystem::path& file) {
  std::vector<TestRecord> records;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line);
    TestRecord record;
    record.topic = json.at("topic");
    record.partition = json.value("partition", 0);
    record.key = bytes_of(json.value("key", Json()));
    record.value = bytes_of(json.value("value", Json()));
    record.timestamp_ms = json.value("timestamp", std::int64_t{0});
    if (json.contains("headers"))
      for (const Json& header : json["headers"])
        record.headers.emplace_back(header[0].get<std::string>(), bytes_of(header[1]));
    records.push_back(std::move(record));
  }
  return records;
}

KafkaCase read_kafka_case(const std::filesystem::path& folder) {
  const YAML::Node file = YAML::LoadFile(folder / "case.yaml");
  KafkaCase golden;
  golden.name = folder.filename();
  golden.sql = file["query"][0]["sql"].as<std::string>();
  golden.all_columns = golden.sql.starts_with("SELECT *");
  for (const auto& topic : file["topics"])
    golden.topics[topic.first.as<std::string>()] = topic.second.as<int>();
  golden.options = read_options(file["source"]["src"]["options"]);
  golden.has_sink = file["sink"].IsDefined();
  if (golden.has_sink) golden.sink_options = read_options(file["sink"]["options"]);
  if (file["outputMode"]) golden.output_mode = file["outputMode"].as<std::string>();
  const std::string trigger = file["trigger"] ? file["trigger"].as<std::string>() : "default";
  golden.ends = trigger != "default";
  if (file["batch"].IsDefined()) golden.reading = Reading::Batch;
  else if (trigger == "once") golden.reading = Reading::Once;
  golden.fails = file["fails"].IsDefined();
  if (golden.fails) {
    const YAML::Node causes = file["fails"]["causes"];
    golden.cause = message_of(causes[causes.size() - 1].as<std::string>());
  }
  for (const auto& step : file["steps"]) golden.steps.push_back(read_step(step, folder));
  for (const auto& batch : file["microBatches"]) {
    if (!batch["output"]) continue;
    golden.batches.push_back({batch["ranges"] ? read_ranges(batch["ranges"]) : "",
                              folder / batch["output"].as<std::string>()});
  }
  return golden;
}

std::vector<std::filesystem::path> kafka_case_folders() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry :
       std::filesystem::directory_iterator("tests/fixtures/spark/kafka/cases"))
    folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace millrace::testing
