#pragma once

#include "tools/bench/scratch.hpp"

#include <string>
#include <vector>

namespace millrace::bench {

/// The job of the Kafka benchmarks, values that do not begin with '#' from a topic to a topic, by
/// the engine and by the floor.
struct KafkaCopy {
  std::string engine_program, floor_program;
  std::string broker;  // HOST:PORT
  std::string in, out;

  /// `visibility` of what is written: immediate or committed. With `durable` a checkpoint stands in
  /// `scratch`.
  std::vector<std::string> engine(const Scratch& scratch, const std::string& trigger,
                                  const std::string& visibility, bool durable) const;
  std::vector<std::string> floor() const { return {floor_program, "copy", broker, in, out}; }
};

}  // namespace millrace::bench
