#pragma once

#include <map>
#include <string>
#include <vector>

#include "prepared_topology.hpp"

namespace millrace::cli {

/// The rows that each sink comes to, as JSON in an order of its own: two runs that come to the same table
/// have equal lists. Numbers with a point are cut to nine digits, since sums depend on the order of rows.
using FinalTables = std::map<std::string, std::vector<std::string>>;

/// What a run gave.
struct TableRun {
  FinalTables tables;
  std::int64_t num_late_rows = 0;  // dropped behind the watermark
};

/// Runs a topology whose sources end, in this process and in simulated time, and keeps what its sinks
/// would get instead of writing it. Sinks of late rows are left out. The error is the first mistake of
/// the topology, or why the job failed.
Result<TableRun> run_to_tables(const TopologyRequest& request);

/// Of rows by epoch, the final table: all rows, or in complete mode those of the last epoch with any.
std::vector<std::string> final_rows(const std::map<std::int64_t, std::vector<std::string>>& epochs,
                                    const std::string& output_mode);

}  // namespace millrace::cli
