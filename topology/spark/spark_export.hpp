#pragma once

#include <map>
#include <string>
#include <vector>

#include "topology/yaml/loader.hpp"

namespace millrace::spark {

/// A topology as a program for Apache Spark 4.
struct SparkExport {
  /// Python source text; empty when there are errors.
  std::string program;
  /// What Spark does otherwise than Millrace, a sentence each; they also stand in the program's head.
  std::vector<std::string> notes;
  /// Maven coordinates for `spark-submit --packages`.
  std::vector<std::string> packages;
  /// Secrets that the program reads from its environment.
  std::map<std::string, std::string> environment;
  /// What Spark cannot do, with the nearest thing that works in `fix`.
  std::vector<Error> errors;
};

/// Writes the topology as a PySpark program: readable, to be edited, each name of the topology a variable,
/// expressions as the user wrote them. `loaded` has no mistakes of its own. Reads and starts nothing.
SparkExport export_to_spark(const LoadedTopology& loaded);

}  // namespace millrace::spark
