#include "tests/topology/golden_case.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "expressions/parser.hpp"

namespace millrace::testing {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

plan::NodePtr watermarked(plan::NodePtr node, const YAML::Node& watermark) {
  if (!watermark) return node;
  return plan::make_node(plan::WithWatermark{watermark["column"].as<std::string>(),
                                             watermark["delay"].as<std::string>(), ""},
                         {std::move(node)});
}

plan::NodePtr read_node(const std::string& name, const YAML::Node& source, const fs::path& path,
                        bool streaming) {
  plan::Read read;
  read.format = source["format"] ? source["format"].as<std::string>() : "json";
  if (source["schema"]) read.schema = source["schema"].as<std::string>();
  read.streaming = streaming;
  read.paths = {path.string()};
  if (source["maxFilesPerTrigger"])
    read.options.set("maxFilesPerTrigger", source["maxFilesPerTrigger"].as<std::string>());
  for (const auto& option : source["options"])
    read.options.set(option.first.as<std::string>(), option.second.as<std::string>());
  plan::NodePtr node = watermarked(plan::make_node(std::move(read), {}), source["watermark"]);
  return plan::make_node(plan::SubqueryAlias{name}, {std::move(node)});
}

std::vector<std::string> strings(const YAML::Node& list) {
  std::vector<std::string> out;
  for (const auto& item : list) out.push_back(item.as<std::string>());
  return out;
}

plan::NodePtr table(const std::string& name) {
  plan::Read read;
  read.table = name;
  return plan::make_node(std::move(read), {});
}

plan::NodePtr step_node(const YAML::Node& step) {
  if (step["sql"]) return plan::make_node(plan::SqlQuery{step["sql"].as<std::string>()}, {});
  const plan::NodePtr from = table(step["from"].as<std::string>());
  if (step["withWatermark"]) return watermarked(from, step["withWatermark"]);
  const bool within = static_cast<bool>(step["dropDuplicatesWithinWatermark"]);
  const YAML::Node columns =
      within ? step["dropDuplicatesWithinWatermark"] : step["dropDuplicates"];
  return plan::make_node(plan::Deduplicate{strings(columns), within}, {from});
}

void read_query(GoldenCase& out, const YAML::Node& query) {
  plan::NodePtr last;
  for (const auto& step : query) {
    last = step_node(step);
    if (step["as"]) out.names[step["as"].as<std::string>()] = last;
  }
  plan::WriteStream write;
  write.input = last;
  write.name = "golden";
  write.format = "golden";
  out.outputs.push_back(std::move(write));
}

/// The files of all sources in the order of their numbers: file i of each source is put together.
void read_input_folders(GoldenCase& out, const fs::path& folder, const YAML::Node& sources) {
  for (int i = 0;; ++i) {
    std::vector<GoldenCase::File> files;
    bool later = false;
    for (const auto& source : sources) {
      const std::string name = source.first.as<std::string>();
      for (const auto& entry : fs::directory_iterator(folder / "input" / name)) {
        const int number = std::stoi(entry.path().stem());
        later = later || number > i;
        if (number == i) files.push_back({name + "/" + entry.path().filename().string(), entry.path(), 0});
      }
    }
    if (!files.empty()) out.steps.push_back(std::move(files));
    if (!later) return;
  }
}

void read_steps(GoldenCase& out, const fs::path& folder, const YAML::Node& steps) {
  for (const auto& step : steps) {
    std::vector<GoldenCase::File> files;
    for (const auto& file : step["files"]) {
      fs::path from = folder / file["from"].as<std::string>();
      files.push_back({file["put"].as<std::string>(), from,
                       file["ageSeconds"] ? file["ageSeconds"].as<std::int64_t>() : 0});
    }
    out.steps.push_back(std::move(files));
  }
}

void read_batches(GoldenCase& out, const fs::path& folder, const YAML::Node& batches) {
  std::map<std::int64_t, std::int64_t> watermarks;
  for (const std::string& line : lines_of(folder / "expected" / "progress.jsonl")) {
    const auto progress = nlohmann::json::parse(line);
    if (progress.contains("watermarkMs") && progress["watermarkMs"].is_number())
      watermarks[progress["batchId"]] = progress["watermarkMs"];
  }
  for (const auto& batch : batches) {
    GoldenCase::MicroBatch expected;
    expected.id = batch["batchId"].as<std::int64_t>();
    expected.has_output = batch["output"] && !batch["output"].IsNull();
    if (expected.has_output) expected.lines = lines_of(folder / batch["output"].as<std::string>());
    if (const auto found = watermarks.find(expected.id); found != watermarks.end())
      expected.watermark_ms = found->second;
    out.batches.push_back(std::move(expected));
  }
}

}  // namespace

GoldenCase read_golden_case(const fs::path& folder, const fs::path& work) {
  const YAML::Node yaml = YAML::LoadFile((folder / "case.yaml").string());
  GoldenCase out;
  out.name = folder.parent_path().filename().string() + "/" + folder.filename().string();
  for (const auto& source : yaml["source"]) {
    const std::string name = source.first.as<std::string>();
    const std::string below =
        source.second["path"] ? source.second["path"].as<std::string>() : name;
    out.names[name] = read_node(name, source.second, work / below, true);
  }
  for (const auto& source : yaml["static"]) {
    const std::string name = source.first.as<std::string>();
    out.names[name] =
        read_node(name, source.second, folder / source.second["file"].as<std::string>(), false);
  }
  read_query(out, yaml["query"]);
  out.outputs[0].output_mode = yaml["outputMode"].as<std::string>();
  const std::string feed = yaml["feed"].as<std::string>();
  if (feed == "steps") read_steps(out, folder, yaml["steps"]);
  else read_input_folders(out, folder, yaml["source"]);
  for (const auto& step : yaml["restartBefore"]) out.restart_before.insert(step.as<std::size_t>());
  out.all_at_start = feed == "all";
  out.first_step_at_start = feed == "steps";
  for (const auto& entry : yaml["conf"])
    out.conf[entry.first.as<std::string>()] = entry.second.as<std::string>();
  out.available_now = yaml["trigger"].as<std::string>() == "availableNow";
  out.exact_order = yaml["order"] && yaml["order"].as<std::string>() == "exact";
  out.fails = static_cast<bool>(yaml["fails"]);
  if (out.fails) out.failure = yaml["fails"]["message"].as<std::string>();
  read_batches(out, folder, yaml["microBatches"]);
  return out;
}

std::vector<fs::path> golden_case_folders(const fs::path& cases) {
  std::vector<fs::path> folders;
  for (const auto& topic : fs::directory_iterator(cases))
    for (const auto& one : fs::directory_iterator(topic))
      if (fs::exists(one.path() / "case.yaml")) folders.push_back(one.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace millrace::testing
