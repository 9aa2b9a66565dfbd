#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/bench/tcp_load.hpp"

namespace millrace::bench {

struct Results;
struct SuiteOptions;

/// One load that a job is measured under.
struct LoadPoint {
  double rate = 0;  // records a second
  std::string idle;  // spin or park
  bool has_target = true;  // else it only shows where the knee is
};

/// A job over TCP: JSON records in, JSON rows out, against a bare loop that does the same.
struct TcpJob {
  std::string name;  // J1
  std::string what;
  std::string operators{};     // of the topology, reading `records` and ending in `result`
  std::string trigger;
  bool is_durable = false;
  std::vector<std::string> floor;  // program and its mode
  LoadShape shape{};
  std::vector<LoadPoint> points;
  double p50_limit = 0, p99_limit = 0;  // ratio to the floor; 0: none
};

/// Jobs over TCP, in the order of their names.
const std::vector<TcpJob>& tcp_jobs();

/// The topology of a job between the two ports of a load.
std::string topology_of(const TcpJob& job, const TcpLoad& load);

/// A job that measures in its own manner, mostly inside the suite's own process.
struct InProcessJob {
  std::string name, what;
  std::function<void(const SuiteOptions& options, Results& results)> run;
};
/// In the order of their names; a name may stand for several.
const std::vector<InProcessJob>& in_process_jobs();

}  // namespace millrace::bench
