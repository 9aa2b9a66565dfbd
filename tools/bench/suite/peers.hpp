#pragma once

#include "tools/bench/suite/suite.hpp"

#include <string>
#include <vector>

namespace millrace::bench {

/// Millrace and other engines under the same loads, in turn, in one run; figures are how many times
/// as long a peer takes. Empty lists mean all. A peer that cannot be had, or has no such job, gets
/// a line in `missing`. `keep` gets what there is after each job.
void run_peers(const std::vector<std::string>& jobs, const std::vector<std::string>& peers,
               const SuiteOptions& options, const Keep& keep, Results& results);

/// Names that `run_peers` takes.
std::vector<std::string> peer_jobs();
std::vector<std::string> peer_names();

}  // namespace millrace::bench
