#pragma once

#include <string>
#include <vector>

#include "topology/option_registry.hpp"

namespace millrace {

/// JSON-Schema (draft-07) of topology files, made from the option registry. Names are those the
/// documentation uses; the loader itself compares them without case.
std::string topology_json_schema(const std::vector<SourceType>& sources,
                                 const std::vector<SinkType>& sinks);

/// One option as JSON: name, type, default, choices, required, summary.
std::string option_json(const OptionDeclaration& option);

}  // namespace millrace
