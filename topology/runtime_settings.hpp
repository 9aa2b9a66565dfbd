#pragma once

#include <cstdint>
#include <string>

namespace millrace {

/// Settings of a job that change how it runs but not what it computes. Plain data.
struct RuntimeSettings {
  /// An idle engine thread polls instead of sleeping.
  bool spin = false;
  /// Engine threads; 0: by the number of cores.
  int threads = 0;
  bool hand_off = true;
  /// 0: 70 % of the memory of the machine or container.
  std::int64_t max_state_bytes = 0;
  int checkpoint_retention = 100;
  /// spark.sql.streaming.metricsEnabled: what progress says is among the metrics, too.
  bool query_metrics = false;
};

}  // namespace millrace
