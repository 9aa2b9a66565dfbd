#include "topology/yaml/secrets.hpp"

#include <algorithm>

#include "records/option_value.hpp"
#include "sinks/sink_type.hpp"
#include "sources/source_type.hpp"
#include "topology/option_registry.hpp"

namespace millrace::yaml {
namespace {

bool is_declared_secret(const std::vector<OptionDeclaration>& options, std::string_view name) {
  return std::any_of(options.begin(), options.end(), [&](const OptionDeclaration& option) {
    return option.secret && equal_ignoring_case(option.name, name);
  });
}

bool is_variable(std::string_view text) {
  return text.starts_with("${") && text.find('}') == text.size() - 1 &&
         text.find(":-") == std::string_view::npos;
}

std::size_t start_of_line(std::string_view text, int line) {
  std::size_t start = 0;
  for (int n = 1; n < line && start != std::string_view::npos; ++n) {
    start = text.find('\n', start);
    if (start != std::string_view::npos) ++start;
  }
  return start;
}

/// The value as it stands in the text, line by line; where it stands in other words (quotes, escapes),
/// all that is behind its key.
void hide(const YamlValue& value, std::string& text) {
  std::size_t from = start_of_line(text, value.origin.line);
  if (from == std::string::npos) return;
  std::string_view rest = value.text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t found = text.find(line, from);
    const std::size_t end_of_line = std::min(text.find('\n', from), text.size());
    const bool is_found = found != std::string::npos;
    const std::size_t start = is_found ? found : std::min(text.find(':', from), end_of_line);
    const std::size_t end = is_found ? found + line.size() : end_of_line;
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(start),
              text.begin() + static_cast<std::ptrdiff_t>(end), '*');
    from = end;
  }
}

}  // namespace

bool is_secret(std::string_view option) {
  const std::string name = lower_trimmed(option);
  if (name.find("password") != std::string::npos || name.find("secret") != std::string::npos)
    return true;
  for (const SourceType& type : builtin_sources())
    if (is_declared_secret(type.options, name)) return true;
  for (const SinkType& type : builtin_sinks())
    if (is_declared_secret(type.options, name)) return true;
  return false;
}

void hide_secrets(const YamlValue& root, const std::string& file, std::string& text) {
  for (const YamlValue& item : root.items) hide_secrets(item, file, text);
  for (const auto& [key, value] : root.entries) {
    if (value.is_scalar() && is_secret(key.text) && !is_variable(value.text) &&
        value.origin.file == file)
      hide(value, text);
    hide_secrets(value, file, text);
  }
}

}  // namespace millrace::yaml
