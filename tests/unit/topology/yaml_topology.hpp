#pragma once

#include <string>
#include <vector>

#include "topology/yaml/loader.hpp"

namespace millrace::test {

/// Loads `text` as `job.yaml` against a small catalog: sources rate and file, sinks console and memory.
LoadedTopology load(const std::string& text, std::vector<std::string> overrides = {});
/// The same with these environment variables.
LoadedTopology load_with(const std::string& text, std::map<std::string, std::string> environment);
/// `line:column message` of each error, a line each.
std::string summary(const std::vector<Error>& errors);

}  // namespace millrace::test
