#pragma once

#include <string>
#include <vector>

#include "case_file.hpp"

namespace millrace::cli {

/// How a case ended: well when there are neither errors nor differences.
struct CaseResult {
  std::string name;
  /// Why it could not run, or the job's failure.
  std::string error;
  /// `screen: missing {"a":1}`, `screen: unexpected {"a":2}`.
  std::vector<std::string> differences;
  bool ok() const { return error.empty() && differences.empty(); }
};

/// Runs a topology with the case's rows in place of its sources and tables in place of its sinks: in
/// micro-batches, in virtual time that begins at 1970, on one thread. Sources without rows in the case
/// stay empty; static ones are read as they are unless the case gives their rows.
CaseResult run_case(const std::string& topology, const TopologyCase& one);

}  // namespace millrace::cli
