#pragma once

#include <string>

namespace millrace::bench {

struct SmokeOptions {
  std::string engine = "build/release/bin/millrace";
  std::string kafka_floor = "build/release/bin/floor_kafka_chain";
  std::string kafka_tool = "tools/kafka";
  double seconds = 3;
  int rounds = 5;
};

/// Prints one figure as `name | measured | target`.
void print_figure(const std::string& name, const std::string& measured, const std::string& target);

// Each prints its own figures.
void measure_throughput(const SmokeOptions& options);
void measure_operators(const SmokeOptions& options);
void measure_windows(const SmokeOptions& options);
void measure_kafka(const SmokeOptions& options);
void measure_files(const SmokeOptions& options);
void measure_start(const SmokeOptions& options);
void measure_idle(const SmokeOptions& options);

}  // namespace millrace::bench
