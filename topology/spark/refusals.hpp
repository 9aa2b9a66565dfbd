#pragma once

#include <vector>

#include "topology/analysis/analyzer.hpp"
#include "topology/yaml/loader.hpp"

namespace millrace::spark {

/// What a topology says that Spark 4 cannot do: each with its place, the reason, and in `fix` the nearest
/// thing that works. Empty: the topology can be written as a program for Spark. Starts nothing. `loaded`
/// has no mistakes of its own.
std::vector<Error> find_refusals(const LoadedTopology& loaded);

}  // namespace millrace::spark
