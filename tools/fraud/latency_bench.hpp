#pragma once

#include "tools/fraud/fraud_engine.hpp"
#include "tools/fraud/terminal_load.hpp"

#include <string>
#include <vector>

namespace millrace::fraud {

/// What is measured, and with what.
struct BenchOptions {
  std::string program;   // the engine
  std::string topology;  // examples/fraud.yaml
  std::string trigger = "continuous 10 ms";
  bool spin = false;  // engine and echo poll without sleeping
  PopulationOptions population;
  LoadOptions load;
  double seconds = 5;  // of each slice
};

/// One slice of load: how long answers took, how late the load itself was, and what it cost.
struct Slice {
  LoadReport report;
  /// Processor time of the engine for each decision, microseconds; 0 for the echo.
  double cpu_us = 0;
};

/// TCP in, decision, TCP out, beside a bare TCP echo under the same load.
class LatencyBench {
 public:
  explicit LatencyBench(const BenchOptions& options);

  Slice echo(double rate);
  /// A fresh engine with an empty checkpoint; ended afterwards.
  Result<Slice> engine(double rate);

 private:
  LoadReport run_load(LoadOptions load);

  const BenchOptions options_;
  const Population population_;
};

/// The middle one; of an even number the lower.
std::int64_t median(std::vector<std::int64_t> values);

}  // namespace millrace::fraud
