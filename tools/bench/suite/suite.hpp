#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/bench/disturbance_watch.hpp"
#include "tools/bench/suite/jobs.hpp"
#include "tools/bench/suite/results.hpp"

namespace millrace::bench {

struct SuiteOptions {
  std::string programs;  // folder of the engine and the floor programs
  double seconds = 2;    // that count in each slice
  int rounds = 5;        // slices of each system under each load
  Arrivals arrivals = Arrivals::Constant;
};

/// Takes what a run has found so far, so that a stop does not lose it.
using Keep = std::function<void(const Results& so_far)>;

// Each adds what it measured to `results` and says on standard error what it is at.

/// Slices of floor and engine in turn, under each load of the job.
void run_over_tcp(const TcpJob& job, const SuiteOptions& options, Results& results);

// Jobs that have a file of their own; in_process_jobs() says what they are.
void run_committed_output(const SuiteOptions& options, Results& results);
void run_checkpoint_cost(const SuiteOptions& options, Results& results);
void run_recovery(const SuiteOptions& options, Results& results);
void run_micro_batches(const SuiteOptions& options, Results& results);
void run_idle(const SuiteOptions& options, Results& results);
void run_state(const SuiteOptions& options, Results& results);
void run_fraud(const SuiteOptions& options, Results& results);
void run_kafka(const SuiteOptions& options, Results& results);

/// A NEXMark query: million events per CPU second of the engine's whole process.
void run_nexmark(const std::string& query, const SuiteOptions& options, Results& results);
const std::vector<std::string>& nexmark_queries();

/// Why the engine refuses a topology file; empty when it takes it.
std::string refusal(const std::string& file, const SuiteOptions& options);

const char* name_of(Arrivals arrivals);

/// Counts latencies, all and the calm ones, and cuts them into 100 ms each. `watch` is stopped.
void take_latencies(std::span<const TimedRecord> records, std::int64_t counted_from_ns,
                    const DisturbanceWatch& watch, Slice& slice);
/// The same, and the load's own figures.
void take_load(const LoadResult& load, const DisturbanceWatch& watch, Slice& slice);

/// The most that quantiles may be; 0: no limit.
struct LatencyLimits {
  double p50 = 0, p99 = 0, p999 = 0;
};
/// Latencies of `engine`, and how they compare with `floor`, slice by slice: held to limits in microseconds, and to
/// limits of the ratio. Systems that lost records get a line in `missing` instead.
void add_latency_figures(const Series& engine, const Series& floor, const LatencyLimits& micros,
                         const LatencyLimits& ratio, Results& results);

/// How a quantile of `above` compares with that of `below`, slice by slice; `missing` instead when one lost records.
void add_ratio(const Series& above, const Series& below, double quantile, std::string name,
               double limit, Results& results);

/// Gives a figure its target; 0: none.
void hold_to(Figure& figure, double limit);

}  // namespace millrace::bench
