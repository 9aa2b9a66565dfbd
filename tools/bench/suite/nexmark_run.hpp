#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

/// The topology file of a query.
std::string nexmark_file(const std::string& query);
/// Writes the side input to `scratch`, and sets what the topology files ask the environment for.
void prepare_nexmark(const Scratch& scratch, std::int64_t num_events);

/// CPU seconds of the engine's whole process over so many events, on core 1; nothing when it failed.
std::optional<double> nexmark_seconds(const std::string& query, std::int64_t num_events,
                                      const SuiteOptions& options);

/// How many rows the result of a query has after so many events; runs in this process. A row replaces an earlier one that
/// has the same values in the columns `key`; without a key, rows are only added.
std::int64_t nexmark_rows(const std::string& query, std::int64_t num_events,
                          const std::vector<std::string>& key);

}  // namespace millrace::bench
