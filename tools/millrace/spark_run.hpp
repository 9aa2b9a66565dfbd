#pragma once

#include <string>
#include <vector>

#include "prepared_topology.hpp"
#include "progress_view.hpp"

namespace millrace::cli {

/// How a job runs on Spark.
struct SparkRun {
  TopologyRequest topology;
  std::string master;             // spark://host:7077; empty: all cores of this machine
  std::vector<std::string> conf;  // key=value
  std::string duration;           // stop after this time; empty: never
  ProgressMode progress = ProgressMode::Json;
  std::string log_level = "warn";
};

/// Exports the topology and runs the program by Spark. Standard output is what its sinks print, standard
/// error its log, our progress and errors; the first SIGINT or SIGTERM ends the queries, the second the
/// process. Gives the exit code.
int run_on_spark(const SparkRun& run);

}  // namespace millrace::cli
