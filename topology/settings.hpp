#pragma once

#include <chrono>
#include <string>

#include "topology/execution_plan.hpp"

namespace millrace {

/// What a job's `settings:` and `trigger:` say, as far as analysis and planning depend on them. Plain
/// data with Spark's defaults; settings of the runtime alone (threads, idle, hand-off) are not here.
struct Settings {
  std::string job_name;
  /// Session zone, IANA name or +HH:MM.
  std::string time_zone = "UTC";
  /// spark.sql.ansi.enabled
  bool ansi = true;
  /// Subtasks of every node that may run in parallel; `parallelism` on a node overrides it.
  int parallelism = 1;
  int max_parallelism = 128;
  Trigger trigger;
  /// spark.sql.streaming.multipleWatermarkPolicy = max
  bool max_watermark_policy = false;
  /// The trigger was written as `realTime`, Spark's name for a mode with rules of its own.
  bool real_time = false;
  /// Refuse what Spark refuses: in continuous and real-time mode what is not on its lists, OVER and
  /// DISTINCT aggregates on streams.
  bool spark_strict = false;
  /// False: inputs are not held for a marker, so state is at least once (continuous mode).
  bool aligned = true;
  /// The job has a checkpoint location: what it promises outlives the process.
  bool durable = false;
};

}  // namespace millrace
