#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "topology/plan/node.hpp"
#include "topology/runtime_settings.hpp"
#include "topology/settings.hpp"
#include "topology/yaml/load_context.hpp"

namespace millrace::yaml {

/// Gives the node that a name stands for; null after an error (already reported).
using FindName = std::function<plan::NodePtr(const YamlValue& name)>;

/// A source's definition as `Read`, with a `WithWatermark` above it where it has one. Null after an
/// error that leaves no node to analyze.
plan::NodePtr read_source(LoadContext& context, const YamlEntry& entry);

/// An operator's definition as the node of its verb (`having` is a filter above the aggregate).
plan::NodePtr read_operator(LoadContext& context, const YamlEntry& entry, const FindName& find);

/// A sink's definition. `late_of`: the name of the operator whose late rows it takes, or null.
std::optional<plan::WriteStream> read_sink(LoadContext& context, const YamlEntry& entry,
                                           const FindName& find, const YamlValue* late_of);

/// `withWatermark` and the short form of sources. Null after an error.
plan::NodePtr read_watermark(LoadContext& context, const YamlValue& value, plan::NodePtr input,
                             const std::string& what);

void read_settings(LoadContext& context, const YamlValue& value, Settings& settings,
                   RuntimeSettings& runtime);
void read_trigger(LoadContext& context, const YamlValue& value, Settings& settings);

/// A node with what the user wrote beside its verb.
plan::NodePtr node_with_options(plan::Node::Kind kind, std::vector<plan::NodePtr> inputs,
                                const Origin& origin, Options options);

/// Reports the keys of `map` that are in none of the lists.
void check_keys(LoadContext& context, const std::string& what, const YamlValue& map,
                const std::vector<const std::vector<OptionDeclaration>*>& known);

/// The value of a key as text checked by its declaration; null when it is not there or wrong.
const YamlValue* checked_value(LoadContext& context, const YamlValue& map,
                               const OptionDeclaration& option, const std::string& what);

}  // namespace millrace::yaml
