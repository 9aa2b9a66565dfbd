#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "records/options.hpp"
#include "sinks/sink.hpp"

namespace millrace {

/// What the user asked of a sink.
struct SinkRequest {
  Options options;
  std::string name;  // the query's; a memory sink's table
  std::string path;  // absolute, empty when the sink has none
  std::vector<std::string> partition_by;
  Schema schema;
  std::string time_zone = "UTC";
};

struct PlannedSink {
  std::string description;
  /// Makes one subtask's sink. Safe to call from any thread, any number of times.
  std::function<std::unique_ptr<Sink>()> make;
  /// Its rows are seen when their epoch commits, in both modes.
  bool shows_by_epoch = false;
  /// What a reader of the sink may rely on when the job has a checkpoint; empty: what the trigger gives.
  std::string guarantee{};
  /// Progress shows how many rows it wrote; else -1, as Spark does for files.
  bool tells_rows = true;
};

/// One kind of sink: its options and how it is made.
struct SinkType {
  std::string name;  // console file memory ...
  std::string summary;
  std::vector<OptionDeclaration> options;
  /// Output modes that it takes, lower case: append update complete.
  std::vector<std::string> output_modes;
  bool needs_checkpoint = false;
  std::function<Result<PlannedSink>(const SinkRequest&)> plan;
};

/// All kinds of sinks, sorted by name.
const std::vector<SinkType>& builtin_sinks();

}  // namespace millrace
