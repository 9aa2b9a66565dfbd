#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

/// A program that reads records from one port of a load and writes rows to the other.
struct TcpSystem {
  std::string name;
  std::function<std::vector<std::string>(const TcpLoad& load, const Scratch& scratch)> command;
  /// Seconds of load that do not count, beyond those of the job.
  double more_warm_up = 0;
  double gentle = 0;  // of those, at a quarter of the rate
  int seconds_to_start = 10;
};

/// `with_state`: where the job is durable, its state is; else it never is.
TcpSystem engine_of(const TcpJob& job, const LoadPoint& point, bool with_state,
                    const SuiteOptions& options);
TcpSystem floor_of(const TcpJob& job, const LoadPoint& point, bool with_state,
                   const SuiteOptions& options);

/// Starts the system on core 1, or on the one that the disk does not interrupt when the job is durable, and gives
/// it the job's load; a slice without records when it did not connect.
Slice run_slice(const TcpSystem& system, const TcpJob& job, const LoadPoint& point,
                const SuiteOptions& options);

/// `rounds` slices of each system in turn; one series for each, in their order.
std::vector<Series> run_in_turn(const std::vector<TcpSystem>& systems, const TcpJob& job,
                                const LoadPoint& point, const SuiteOptions& options);

}  // namespace millrace::bench
