#pragma once

#include "tests/simulation/random_topology.hpp"

namespace millrace::testing {

/// The final result of a topology, sorted: plain maps and loops over the whole input, no epochs, no
/// watermarks, no state.
TestRows naive_result(const RandomTopology& topology);

}  // namespace millrace::testing
