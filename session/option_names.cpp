#include "session/option_names.hpp"

#include "records/edit_distance.hpp"
#include "topology/analysis/formats.hpp"
#include "topology/option_registry.hpp"

#include <functional>
#include <set>
#include <vector>

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

/// Takes the options of one source or sink with the declarations of its type.
using TakeOptions = std::function<Status(const Options& options,
                                         const std::vector<OptionDeclaration>& known,
                                         const std::string& what)>;

template <class Type>
Status visit_type(const std::optional<FormatChoice<Type>>& choice, const Options& options,
                  const std::string& what, const TakeOptions& take) {
  if (!choice || choice->type->options.empty()) return {};
  const OptionText* format = options.find("format");
  const std::string name = format ? format->value : choice->format;
  return take(options, options_of(*choice->type, name), what + " '" + choice->type->name + "'");
}

Status visit_read(const plan::Node& node, const Catalog& catalog, const TakeOptions& take) {
  const auto* read = std::get_if<plan::Read>(&node.kind);
  if (!read || read->format.empty()) return {};
  return visit_type(find_source(*catalog.sources, read->format), read->options, "source", take);
}

// Without recursion: the analyzer is the one to say that a plan is too deep.
Status visit_reads(const plan::NodePtr& plan, const Catalog& catalog, const TakeOptions& take) {
  std::set<const plan::Node*> seen{plan.get()};
  std::vector<const plan::Node*> waiting{plan.get()};
  while (!waiting.empty()) {
    const plan::Node& node = *waiting.back();
    waiting.pop_back();
    if (Status status = visit_read(node, catalog, take); !status) return status;
    for (const plan::NodePtr& input : node.inputs)
      if (seen.insert(input.get()).second) waiting.push_back(input.get());
  }
  return {};
}

Status visit_options(const plan::WriteStream& output, const Catalog& catalog,
                     const TakeOptions& take) {
  if (Status status = visit_reads(output.input, catalog, take); !status) return status;
  return visit_type(find_sink(*catalog.sinks, output.format), output.options, "sink", take);
}

}  // namespace

Status check_option_names(const plan::WriteStream& output, const Catalog& catalog) {
  return visit_options(output, catalog, check_names);
}

Status check_option_names(const plan::NodePtr& plan, const Catalog& catalog) {
  return visit_reads(plan, catalog, check_names);
}

Secrets secrets_of(const plan::WriteStream& output, const Catalog& catalog) {
  Secrets secrets;
  (void)visit_options(output, catalog,
                      [&](const Options& options, const std::vector<OptionDeclaration>& known,
                          const std::string&) -> Status {
                        for (const auto& [name, text] : options.entries())
                          if (const auto* option = find_option(known, name); option && option->secret)
                            secrets.add(text.value);
                        return {};
                      });
  return secrets;
}

}  // namespace millrace
