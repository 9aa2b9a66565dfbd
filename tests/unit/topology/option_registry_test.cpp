#include "topology/option_registry.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/support/catch.hpp"
#include "topology/yaml/document.hpp"
#include "topology/yaml/loader.hpp"

namespace millrace {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<std::string> yaml_blocks(const std::string& markdown) {
  std::vector<std::string> blocks;
  std::istringstream lines(markdown);
  bool is_inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      is_inside = !is_inside && line == "```yaml";
      if (is_inside) blocks.emplace_back();
    } else if (is_inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

LoadedTopology load_text(const std::string& text, const std::string& name) {
  TopologyText source;
  source.text = text;
  source.file_name = name;
  return load_topology(source, Catalog::builtin());
}

std::string messages(const LoadedTopology& loaded) {
  return render_diagnostics(loaded.errors, loaded.texts);
}

}  // namespace

TEST_CASE("values are checked by their declared type") {
  const auto is_good = [](OptionType type, std::string_view text) {
    OptionDeclaration option;
    option.name = "x";
    option.type = type;
    option.choices = {"park", "spin"};
    return check_option_value(option, text).ok();
  };
  CHECK(is_good(OptionType::Boolean, "True"));
  CHECK_FALSE(is_good(OptionType::Boolean, "yes"));
  CHECK(is_good(OptionType::Integer, "-3"));
  CHECK_FALSE(is_good(OptionType::Integer, "3.5"));
  CHECK(is_good(OptionType::Bytes, "64MiB"));
  CHECK_FALSE(is_good(OptionType::Bytes, "64 pounds"));
  CHECK(is_good(OptionType::Duration, "5 seconds"));
  CHECK_FALSE(is_good(OptionType::Duration, "5"));
  CHECK_FALSE(is_good(OptionType::Duration, "-5 seconds"));
  CHECK(is_good(OptionType::Choice, "SPIN"));
  CHECK_FALSE(is_good(OptionType::Choice, "sleep"));
}

TEST_CASE("every example file loads") {
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator("examples")) {
    const bool is_topology =
        file.path().extension() == ".yaml" && file.path().stem().extension() != ".test";
    if (!is_topology) continue;
    CHECK(messages(load_text(read_file(file.path()), file.path().string())) == "");
    ++count;
  }
  CHECK(count >= 8);
}

TEST_CASE("every example in the documentation of topology files is good") {
  const auto blocks = yaml_blocks(read_file("docs/topology_file.md"));
  CHECK(blocks.size() >= 10);
  for (const std::string& block : blocks) {
    INFO(block);
    const auto document = yaml::parse_document(block, "docs/topology_file.md");
    CHECK(document.errors.empty());
    if (document.root.find("sinks")) CHECK(messages(load_text(block, "example.yaml")) == "");
  }
}

TEST_CASE("every key and option is documented") {
  const std::string text = read_file("docs/topology_file.md");
  const auto check = [&](const std::vector<OptionDeclaration>& options) {
    for (const OptionDeclaration& option : options) {
      INFO(option.name);
      CHECK(text.find("`" + option.name + "`") != std::string::npos);
    }
  };
  for (const auto* list : {&topology_keys(), &source_keys(), &watermark_keys(), &operator_verbs(),
                           &group_keys(), &join_keys(), &operator_keys(), &sink_keys(),
                           &settings_keys(), &trigger_keys()})
    check(*list);
  for (const SourceType& type : builtin_sources()) check(options_of(type, ""));
  for (const SinkType& type : builtin_sinks()) check(options_of(type, ""));
}

}  // namespace millrace
