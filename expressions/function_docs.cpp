#include "expressions/function_docs.hpp"

#include <map>

namespace millrace {

namespace {

/// `|` would end the cell.
std::string cell(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

}  // namespace

std::string functions_markdown(const FunctionRegistry& registry) {
  std::map<std::string, std::string> groups;
  for (const FunctionEntry* entry : registry.list()) {
    std::string summary = cell(entry->summary);
    if (!entry->deterministic) summary += " Not deterministic.";
    groups[entry->group] += "| `" + cell(entry->signature) + "` | " + summary + " |\n";
  }
  std::string text = "# Functions\n\nNames ignore case. `[x]` may be left out.\n";
  for (const auto& [group, lines] : groups)
    text += "\n## " + group + "\n\n| function | result |\n|---|---|\n" + lines;
  return text;
}

}  // namespace millrace
