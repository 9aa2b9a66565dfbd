#include "topology/option_registry.hpp"

#include <algorithm>

#include "records/edit_distance.hpp"
#include "records/formats/format.hpp"
#include "records/option_value.hpp"
#include "records/type.hpp"
#include "topology/duration_text.hpp"

namespace millrace {
namespace {

/// A type whose usual format is none of the formats (the console's table) takes none of their options.
bool takes_formats(const OptionDeclaration* format) {
  if (!format) return false;
  const auto& names = format_names();
  return format->default_text.empty() ||
         std::find(names.begin(), names.end(), format->default_text) != names.end();
}

std::vector<OptionDeclaration> with_formats(std::vector<OptionDeclaration> options,
                                            std::string_view type, std::string_view format) {
  if (takes_path(type) && !find_option(options, "path"))
    options.push_back(declare_required("path", OptionType::Text, "Folder, file or glob pattern."));
  if (!takes_formats(find_option(options, "format"))) return options;
  for (const std::string& name : format_names()) {
    if (!format.empty() && !equal_ignoring_case(format, name)) continue;
    for (const OptionDeclaration& option : format_options(name))
      if (!find_option(options, option.name)) options.push_back(option);
  }
  return options;
}

Error bad_value(const OptionDeclaration& option, std::string_view text, std::string fix) {
  return make_error(ErrorKind::Config,
                    "invalid value for `" + option.name + "`: '" + std::string(text) + "'",
                    std::move(fix));
}

Status check_choice(const OptionDeclaration& option, std::string_view text) {
  std::string list;
  for (const std::string& choice : option.choices) {
    if (equal_ignoring_case(choice, text)) return {};
    list += (list.empty() ? "" : ", ") + choice;
  }
  Error error = bad_value(option, text, "write one of: " + list);
  const std::string nearest = nearest_name(text, option.choices);
  if (!nearest.empty()) error.label = "did you mean `" + nearest + "`?";
  return error;
}

/// `kafka.*` stands for every name that begins with `kafka.`.
bool stands_for(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with(".*")) return false;
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  return name.size() > prefix.size() && equal_ignoring_case(prefix, name.substr(0, prefix.size()));
}

bool is_bytes_text(std::string_view text) {
  const std::size_t unit = text.find_first_not_of("0123456789");
  if (unit == 0 || text.empty()) return false;
  if (unit == std::string_view::npos) return true;
  const std::string name = lower_trimmed(text.substr(unit));
  const std::vector<std::string> units{"b",  "k",  "m",  "g",  "t",   "kb",  "mb",
                                       "gb", "tb", "kib", "mib", "gib", "tib"};
  return std::find(units.begin(), units.end(), name) != units.end();
}

}  // namespace

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> names{"csv", "json", "orc", "parquet", "text"};
  return names;
}

bool takes_path(std::string_view type) {
  const auto& formats = format_names();
  return type == "file" || std::find(formats.begin(), formats.end(), type) != formats.end();
}

std::vector<OptionDeclaration> options_of(const SourceType& type, std::string_view format) {
  return with_formats(type.options, type.name, format);
}

std::vector<OptionDeclaration> options_of(const SinkType& type, std::string_view format) {
  return with_formats(type.options, type.name, format);
}

const OptionDeclaration* find_option(const std::vector<OptionDeclaration>& options,
                                     std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const auto& option) {
    return equal_ignoring_case(option.name, name) || stands_for(option.name, name);
  });
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> names_of(const std::vector<OptionDeclaration>& options) {
  std::vector<std::string> names;
  for (const OptionDeclaration& option : options) names.push_back(option.name);
  return names;
}

Status check_option_value(const OptionDeclaration& option, std::string_view text) {
  switch (option.type) {
    case OptionType::Boolean:
      if (equal_ignoring_case(text, "true") || equal_ignoring_case(text, "false")) return {};
      return bad_value(option, text, "write true or false");
    case OptionType::Integer:
      if (parse_whole_number(text)) return {};
      return bad_value(option, text, "write a whole number");
    case OptionType::Bytes:
      if (is_bytes_text(text)) return {};
      return bad_value(option, text, "write a number of bytes, for example `64MiB`");
    case OptionType::Duration:
      if (auto duration = parse_duration(text); !duration) return duration.error();
      return {};
    case OptionType::Choice: return check_choice(option, text);
    case OptionType::Text:
    case OptionType::List:
    case OptionType::Map: return {};
  }
  return {};
}

}  // namespace millrace
