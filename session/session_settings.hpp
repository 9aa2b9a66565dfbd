#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace millrace {

/// Settings of a session, with Spark's defaults. Plain data.
struct SessionSettings {
  /// IANA name or +HH:MM.
  std::string time_zone = "UTC";
  /// spark.sql.ansi.enabled
  bool ansi = true;
  /// Subtasks of every node that may run in parallel.
  int parallelism = 1;
  int max_parallelism = 128;
  /// Refuse what Spark refuses in continuous mode.
  bool spark_strict = false;
  /// Engine threads of each query; 0: by the number of cores.
  int threads = 0;
  /// Idle engine threads poll instead of sleeping.
  bool spin = false;
  /// spark.sql.streaming.checkpointLocation: queries that name no folder of their own get one in here,
  /// by their name where they have one. Empty: their epochs are held in memory.
  std::string checkpoint_location = {};
  /// spark.sql.streaming.numRecentProgressUpdates
  std::size_t num_recent_progress = 100;
  /// spark.sql.streaming.noDataProgressEventInterval
  std::chrono::milliseconds no_data_progress_interval = std::chrono::seconds(10);
};

}  // namespace millrace
