#pragma once

#include <string>
#include <vector>

#include "tools/bench/suite/jobs.hpp"
#include "tools/bench/suite/results.hpp"

namespace millrace::bench {

struct SuiteOptions {
  std::string programs;  // folder of the engine and the floor programs
  double seconds = 2;    // that count in each slice
  int rounds = 5;        // slices of each system under each load
  Arrivals arrivals = Arrivals::Constant;
};

// Each adds what it measured to `results` and says on standard error what it is at.

/// Slices of floor and engine in turn, under each load of the job.
void run_over_tcp(const TcpJob& job, const SuiteOptions& options, Results& results);
void run_in_process(const InProcessJob& job, const SuiteOptions& options, Results& results);

/// NEXMark queries: million events per CPU second of the engine's whole process. `queries` empty: all.
void run_nexmark(const std::vector<std::string>& queries, const SuiteOptions& options,
                 Results& results);
const std::vector<std::string>& nexmark_queries();

/// Why the engine refuses a topology file; empty when it takes it.
std::string refusal(const std::string& file, const SuiteOptions& options);

/// Cuts what a load returned into 100 ms each, and counts it.
void take_latencies(const LoadResult& load, Slice& slice);
/// Latencies of `engine` and, if both wait in the same manner, how they compare with `floor`, slice by slice. Limits of 0 are
/// none.
void add_latency_figures(const Series& engine, const Series& floor, double p50_limit,
                         double p99_limit, Results& results);

/// How a quantile of `above` compares with that of `below`, slice by slice.
void add_ratio(const Series& above, const Series& below, double quantile, std::string name,
               double limit, Results& results);

}  // namespace millrace::bench
