#include "case_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "topology/yaml/document.hpp"

namespace millrace::cli {
namespace {

using yaml::YamlEntry;
using yaml::YamlValue;

Error mistake(const std::string& text, const Origin& origin, const std::string& fix) {
  Error error = make_error(ErrorKind::Config, "test: " + text, fix);
  error.origin = origin;
  return error;
}

std::vector<std::string> split_batches(const std::string& text) {
  std::vector<std::string> batches(1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line == "---")
      batches.emplace_back();
    else if (!line.empty())
      batches.back() += line + "\n";
  }
  return batches;
}

Result<TopologyCase> read_case(const YamlValue& value) {
  TopologyCase one;
  for (const YamlEntry& entry : value.entries) {
    const std::string& key = entry.key.text;
    if (key == "name") {
      one.name = entry.value.text;
    } else if (key == "input") {
      for (const YamlEntry& source : entry.value.entries)
        one.input[source.key.text] = split_batches(source.value.text);
    } else if (key == "expected") {
      for (const YamlEntry& sink : entry.value.entries)
        one.expected[sink.key.text] = sink.value.text;
    } else {
      return mistake("unknown key of a case: '" + key + "'", entry.key.origin,
                     "write name, input and expected");
    }
  }
  if (one.name.empty())
    return mistake("a case without name", value.origin, "add `name:`");
  if (one.expected.empty())
    return mistake("case '" + one.name + "' expects nothing", value.origin,
                   "add `expected:` with the rows of a sink");
  return one;
}

}  // namespace

Result<CaseFile> read_case_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return make_error(ErrorKind::InputMissing, "test: file not found: '" + path + "'",
                      "name an existing file of cases");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  yaml::Document document = yaml::parse_document(text, path);
  if (!document.errors.empty()) return std::move(document.errors.front());
  CaseFile file;
  file.file = path;
  const YamlEntry* topology = document.root.find("topology");
  const YamlEntry* cases = document.root.find("cases");
  if (!topology || !cases || !cases->value.is_list())
    return mistake("no cases", document.root.origin, "write `topology: <file>` and `cases:`");
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  file.topology = (folder / topology->value.text).string();
  for (const YamlValue& value : cases->value.items) {
    auto one = read_case(value);
    if (!one) return std::move(one.error());
    file.cases.push_back(std::move(*one));
  }
  return file;
}

}  // namespace millrace::cli
