#include "spark_topology.hpp"

#include <iostream>

#include "exit_code.hpp"

namespace millrace::cli {

SparkTopology export_for_spark(const TopologyRequest& request) {
  auto prepared = prepare(request);
  if (!prepared)
    return SparkTopology(
        fail(prepared.error().kind, prepared.error().message, prepared.error().fix));
  if (prepared->errors.empty()) {
    spark::SparkExport exported = spark::export_to_spark(prepared->loaded);
    if (exported.errors.empty()) {
      for (const std::string& note : exported.notes) std::cerr << "note: " << note << "\n";
      return SparkTopology(std::move(exported), std::move(prepared->loaded));
    }
    prepared->errors = std::move(exported.errors);
  }
  print_errors(*prepared);
  return SparkTopology(finish(topology_exit_code(prepared->errors)));
}

}  // namespace millrace::cli
