#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topology/execution_plan.hpp"
#include "topology/yaml/loader.hpp"

namespace millrace::cli {

/// A topology file after all that can be checked without starting it.
struct PreparedTopology {
  LoadedTopology loaded;
  std::optional<ExecutionPlan> plan;  // when there are no errors
  std::vector<Error> errors;
};

/// Where the text comes from and what replaces parts of it.
struct TopologyRequest {
  std::string file;  // "-": standard input
  std::vector<std::string> overrides = {};
  std::string trigger = {};     // empty: the file's
  std::string checkpoint = {};  // folder; empty: the file's
  /// The job is to be started: what is missing for that is an error, else a warning.
  bool to_run = false;
};

/// Reads and loads. The error is about reading the file; mistakes in it are in what was loaded.
Result<LoadedTopology> load_file(const TopologyRequest& request);

/// Reads, loads, analyzes and plans. The error is about reading the file.
Result<PreparedTopology> prepare(const TopologyRequest& request);

/// Prints errors, or warnings, on standard error.
void print_errors(const PreparedTopology& prepared);
void print_warnings(const PreparedTopology& prepared);

}  // namespace millrace::cli
