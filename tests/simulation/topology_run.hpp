#pragma once

#include "checkpoint/trigger.hpp"
#include "tests/simulation/random_topology.hpp"

namespace millrace::testing {

/// One way to run a topology.
struct Way {
  Trigger::Kind trigger = Trigger::Kind::ProcessingTime;
  int parallelism = 1;
  /// The sources are tables, read to their end.
  bool bounded = false;
  /// How often the process dies and starts again from its checkpoint, on one subtask or three.
  int num_crashes = 0;
};
std::string to_text(const Way& way);

/// Runs a topology as one job on simulated time; order of turns, sizes of batches and micro-batches, and
/// crashes follow from the seed. Gives the final result, sorted: what was appended, the last row of each
/// key, or the last table. Only epochs that were committed count. Fails the test when the job fails.
TestRows result_of(const RandomTopology& topology, const Way& way, std::uint64_t seed);

}  // namespace millrace::testing
