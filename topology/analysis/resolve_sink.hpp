#pragma once

#include "topology/analysis/analyzer.hpp"

#include <optional>
#include <vector>

namespace millrace {

/// Checks one output's sink, options and mode; `input` is left to the caller. `schema` is null when
/// the input has errors: the sink is looked at all the same. Adds every error found.
std::optional<resolved::Output> resolve_sink(const plan::WriteStream& output, const Schema* schema,
                                             const Catalog& catalog, const Settings& settings,
                                             std::vector<Error>& errors);

/// `append`, `update`, `complete` as Spark prints them in messages.
std::string mode_name(OutputMode mode);

}  // namespace millrace
