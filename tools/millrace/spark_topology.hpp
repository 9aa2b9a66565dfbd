#pragma once

#include <variant>

#include "prepared_topology.hpp"
#include "topology/spark/spark_export.hpp"

namespace millrace::cli {

/// A topology file as a program for Spark, or the code to exit with; what was wrong is on standard
/// error already, as are the notes of what Spark does otherwise.
class SparkTopology {
 public:
  SparkTopology(spark::SparkExport exported, LoadedTopology loaded)
      : state_(Ready{std::move(exported), std::move(loaded)}) {}
  explicit SparkTopology(int exit_code) : state_(exit_code) {}

  explicit operator bool() const { return std::holds_alternative<Ready>(state_); }
  const spark::SparkExport* operator->() const { return &std::get<Ready>(state_).exported; }
  const LoadedTopology& loaded() const { return std::get<Ready>(state_).loaded; }
  int error() const { return std::get<int>(state_); }

 private:
  struct Ready {
    spark::SparkExport exported;
    LoadedTopology loaded;
  };
  std::variant<Ready, int> state_;
};

/// Reads, checks and exports.
SparkTopology export_for_spark(const TopologyRequest& request);

}  // namespace millrace::cli
