#include "expressions/function_docs.hpp"

#include "expressions/function_examples.hpp"

#include <map>

namespace millrace {

namespace {

/// `|` would end the cell.
std::string cell(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

std::string example_cell(const std::string& function) {
  const FunctionExample* example = example_of(function);
  if (example == nullptr) return "";
  return "`" + cell(std::string(example->expression)) + "` → `" +
         cell(std::string(example->result)) + "`";
}

}  // namespace

std::string functions_markdown(const FunctionRegistry& registry) {
  std::map<std::string, std::string> groups;
  for (const FunctionEntry* entry : registry.list()) {
    std::string summary = cell(entry->summary);
    if (!entry->deterministic) summary += " Not deterministic.";
    groups[entry->group] += "| `" + cell(entry->signature) + "` | " + summary + " | " +
                            example_cell(entry->name) + " |\n";
  }
  std::string text =
      "# Functions\n\nNames ignore case. `[x]` may be left out. Examples of aggregates are over "
      "the rows "
      "(k, x) = ('a', 1), ('a', 2), ('b', 2), ('b', NULL).\n";
  for (const auto& [group, lines] : groups)
    text += "\n## " + group + "\n\n| function | result | example |\n|---|---|---|\n" + lines;
  return text;
}

}  // namespace millrace
