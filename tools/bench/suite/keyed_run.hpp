#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "tools/bench/histogram.hpp"
#include "tools/bench/in_process.hpp"

namespace millrace::bench {

/// What a running count and sum for each key did under a load, in this process.
struct KeyedRun {
  Latencies latency;         // due to the row that leaves the engine
  Latencies while_building;  // of those that were due while a base image was being built
  Histogram committed;       // due to the commit of the row's epoch
  double seconds = 0;   // of the rows that count
  // Of the epochs that held all keys.
  std::int64_t first_epoch_ns = 0, last_epoch_ns = 0;
  std::vector<std::int64_t> freeze_ns;

  void add_epoch(std::int64_t frozen_in_ns);
  double epochs_per_second() const;
};

/// The threads that write checkpoints have the core that the disk interrupts, the source and the operators the other
/// one. `interval`: of durable epochs; empty: nothing is durable. `times`: which latencies are filled in.
enum class Times { Rows, Commits, Nothing };
KeyedRun run_keyed(KeyedLoad load, std::optional<std::chrono::milliseconds> interval,
                   Times times = Times::Rows);

}  // namespace millrace::bench
