#pragma once

#include <map>
#include <string>
#include <vector>

#include "records/result.hpp"

namespace millrace::cli {

/// One case: JSON lines of each source, in micro-batches, and the rows that each sink must have at the
/// end.
struct TopologyCase {
  std::string name;
  std::map<std::string, std::vector<std::string>> input;  // by source; one text for each micro-batch
  std::map<std::string, std::string> expected;            // by sink
};

/// A file of cases beside a topology:
///
///     topology: wordcount.yaml
///     cases:
///       - name: counts words
///         input:
///           lines: |
///             {"value": "a b"}
///             ---
///             {"value": "a"}
///         expected:
///           screen: |
///             {"word": "a", "count": 2}
///             {"word": "b", "count": 1}
struct CaseFile {
  std::string file;
  std::string topology;  // as a path from the working directory
  std::vector<TopologyCase> cases;
};

/// Reads a file of cases. Errors name what is missing or unknown, with its place.
Result<CaseFile> read_case_file(const std::string& path);

}  // namespace millrace::cli
