#include "yaml_topology.hpp"

#include "records/option_value.hpp"

namespace millrace::test {
namespace {

const Catalog& small_catalog() {
  static const std::vector<SourceType> sources{
      {"file",
       "files",
       {declare("format", OptionType::Text, "", "f"),
        declare("maxFilesPerTrigger", OptionType::Integer, "", "m")},
       nullptr},
      {"rate", "rows", {declare("rowsPerSecond", OptionType::Integer, "1", "r")}, nullptr}};
  static const std::vector<SinkType> sinks{
      {"console", "text", {declare("truncate", OptionType::Boolean, "true", "t")}, {}, false, nullptr},
      {"memory", "table", {}, {}, false, nullptr}};
  static const Catalog catalog = [] {
    Catalog made;
    made.sources = &sources;
    made.sinks = &sinks;
    return made;
  }();
  return catalog;
}

}  // namespace

LoadedTopology load(const std::string& text, std::vector<std::string> overrides) {
  TopologyText source;
  source.text = text;
  source.file_name = "job.yaml";
  source.directory = "/jobs";
  source.overrides = std::move(overrides);
  return load_topology(source, small_catalog());
}

LoadedTopology load_with(const std::string& text, std::map<std::string, std::string> environment) {
  TopologyText source;
  source.text = text;
  source.file_name = "job.yaml";
  source.environment = [=](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
  return load_topology(source, small_catalog());
}

std::string summary(const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors)
    text += std::to_string(error.origin.line) + ":" + std::to_string(error.origin.column) + " " +
            error.message + "\n";
  return text;
}

}  // namespace millrace::test
