#pragma once

#include <map>
#include <string>
#include <vector>

#include "prepared_topology.hpp"

namespace millrace::cli {

/// What takes the place of sources that have no end.
struct BoundedInput {
  std::int64_t rows = 0;                     // of each rate source; 0: none was asked for
  std::map<std::string, std::string> files;  // by source: rows as JSON lines, or lines of text
};

/// A topology that reads the same rows in every run and ends.
struct BoundedCopy {
  std::vector<std::string> overrides;  // as for --set
  /// Every stream is one of files: it may also be read at once, as tables.
  std::vector<std::string> file_sources;
  bool all_files = true;
};

/// Files end with what is there, rate sources after `rows` rows, which are written below `folder`, others
/// with the file that is given for them. Error: a source that has no end, or a file that is not there.
Result<BoundedCopy> bounded_copy(const LoadedTopology& loaded, const BoundedInput& input,
                                 const std::string& folder);

}  // namespace millrace::cli
