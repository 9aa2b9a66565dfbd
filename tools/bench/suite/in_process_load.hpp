#pragma once

#include <cstdint>
#include <string>

#include "actors/actor_runtime.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

/// Rows (due BIGINT, user BIGINT, amount DOUBLE) that a second thread makes due one by one.
struct InProcessLoad {
  double rate = 0;  // rows a second
  IdleStrategy idle = IdleStrategy::Spin;
  std::int64_t num_keys = 1'000;
  std::string topology{};  // empty: a thread that takes the rows from the ring, without an engine
  std::string name = "in process";  // in the results
};

/// A topology from the rows, named `records`, to a sink that takes the time. `operators` and `more_sources` are lines
/// of YAML; rows of `last` have the time they were due at in their first column.
std::string timed_topology(const std::string& operators, const std::string& last,
                           const std::string& more_sources = "");

/// One slice: generator on core 0, the ring's reader or the engine on core 1.
Slice run_slice(const InProcessLoad& load, const SuiteOptions& options);

/// Slices of the bare ring and of the engine in turn; adds both series and their figures.
void compare_with_ring(const std::string& job, const InProcessLoad& load,
                       const LatencyLimits& micros, const LatencyLimits& ratio,
                       const SuiteOptions& options, Results& results);

}  // namespace millrace::bench
