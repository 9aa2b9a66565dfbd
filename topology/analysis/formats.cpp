#include "topology/analysis/formats.hpp"

#include "expressions/expression_errors.hpp"
#include "records/edit_distance.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace millrace {
namespace {

constexpr std::array<std::string_view, 5> kFileFormats{"json", "csv", "text", "parquet", "orc"};

template <class Type>
const Type* find_type(const std::vector<Type>& types, std::string_view name) {
  const auto found = std::find_if(types.begin(), types.end(), [&](const Type& type) {
    return equal_ignoring_case(type.name, name);
  });
  return found == types.end() ? nullptr : &*found;
}

template <class Type>
std::optional<FormatChoice<Type>> find_choice(const std::vector<Type>& types,
                                              const std::string& name) {
  if (const Type* type = find_type(types, name)) return FormatChoice<Type>{type, ""};
  for (const auto format : kFileFormats) {
    if (!equal_ignoring_case(format, name)) continue;
    const Type* file = find_type(types, "file");
    if (file) return FormatChoice<Type>{file, std::string(format)};
  }
  return std::nullopt;
}

template <class Type>
Error unknown_type(const std::vector<Type>& types, const std::string& name,
                   const std::string& what) {
  Error error = spark_error("DATA_SOURCE_NOT_FOUND", "42K02",
                            "Failed to find the data source: " + name +
                                ". Make sure the provider name is correct and the package is "
                                "properly registered and compatible with your Spark version.");
  error.kind = ErrorKind::Config;
  std::vector<std::string> names;
  for (const auto& type : types) names.push_back(type.name);
  const std::string nearest = nearest_name(name, names);
  std::string list;
  for (const auto& known : names) list += (list.empty() ? "" : ", ") + known;
  error.notes.push_back(what + "s: " + list);
  error.fix = nearest.empty() ? "name one of the " + what + "s above" : "write `" + nearest + "`";
  return error;
}

}  // namespace

std::optional<FormatChoice<SourceType>> find_source(const std::vector<SourceType>& types,
                                                    const std::string& name) {
  return find_choice(types, name);
}

std::optional<FormatChoice<SinkType>> find_sink(const std::vector<SinkType>& types,
                                                const std::string& name) {
  return find_choice(types, name);
}

bool is_file_format(const std::string& name) {
  return equal_ignoring_case(name, "file") ||
         std::any_of(kFileFormats.begin(), kFileFormats.end(), [&](std::string_view format) {
           return equal_ignoring_case(format, name);
         });
}

Error unknown_source(const std::vector<SourceType>& types, const std::string& name) {
  return unknown_type(types, name, "source");
}

Error unknown_sink(const std::vector<SinkType>& types, const std::string& name) {
  return unknown_type(types, name, "sink");
}

Options with_format(Options options, const std::string& format) {
  if (!format.empty() && !options.find("format")) options.set("format", format);
  return options;
}

}  // namespace millrace
