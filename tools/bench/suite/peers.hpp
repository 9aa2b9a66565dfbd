#pragma once

#include <string>
#include <vector>

#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

/// Millrace and Flink under the same loads, in turn, in one run; figures are how many times as long the peer takes.
/// `jobs` empty: all. A peer that cannot be had gets a line in `missing`.
void run_peers(const std::vector<std::string>& jobs, const SuiteOptions& options, Results& results);

/// Names that `run_peers` takes.
std::vector<std::string> peer_jobs();

}  // namespace millrace::bench
