#pragma once

#include <chrono>
#include <cstdint>

#include "checkpoint/trigger.hpp"

namespace millrace::bench {

struct Flood {
  double seconds = 0;
  std::int64_t num_allocations = 0;
  std::int64_t num_hops = 0;  // batches handed from task to task
};

inline const Trigger kContinuous{Trigger::Kind::Continuous, std::chrono::seconds(1)};

/// `total` records through a filter and `num_projects` projections in this process, on the second core, as fast as they go.
Flood flood(std::int64_t total, int num_projects, Trigger trigger);

}  // namespace millrace::bench
