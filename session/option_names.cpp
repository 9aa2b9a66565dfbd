#include "session/option_names.hpp"

#include "records/edit_distance.hpp"
#include "topology/analysis/formats.hpp"
#include "topology/option_registry.hpp"

namespace millrace {
namespace {

// Options that Spark takes at the reader or the writer, beside those of the type.
bool is_general(std::string_view name) {
  return equal_ignoring_case(name, "path") || equal_ignoring_case(name, "checkpointLocation");
}

Status check_names(const Options& options, const std::vector<OptionDeclaration>& known,
                   const std::string& what) {
  for (const auto& [name, text] : options.entries()) {
    if (is_general(name) || find_option(known, name)) continue;
    const std::string nearest = nearest_name(name, names_of(known));
    Error error = make_error(ErrorKind::Config, what + ": unknown option: '" + name + "'");
    error.fix = nearest.empty() ? "remove it" : "write `" + nearest + "`";
    return error;
  }
  return {};
}

template <class Type>
Status check_type(const std::optional<FormatChoice<Type>>& choice, const Options& options,
                  const std::string& what) {
  if (!choice || choice->type->options.empty()) return {};
  const OptionText* format = options.find("format");
  const std::string name = format ? format->value : choice->format;
  return check_names(options, options_of(*choice->type, name), what + " '" + choice->type->name + "'");
}

Status check_reads(const plan::NodePtr& node, const Catalog& catalog) {
  if (const auto* read = std::get_if<plan::Read>(&node->kind); read && !read->format.empty())
    return check_type(find_source(*catalog.sources, read->format), read->options, "source");
  for (const plan::NodePtr& input : node->inputs)
    if (Status status = check_reads(input, catalog); !status) return status;
  return {};
}

}  // namespace

Status check_option_names(const plan::WriteStream& output, const Catalog& catalog) {
  if (Status status = check_reads(output.input, catalog); !status) return status;
  return check_type(find_sink(*catalog.sinks, output.format), output.options, "sink");
}

}  // namespace millrace
