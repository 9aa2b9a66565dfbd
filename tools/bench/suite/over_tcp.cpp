#include "tools/bench/suite/flood.hpp"
#include "tools/bench/suite/tcp_system.hpp"

namespace millrace::bench {

namespace {

/// Bare loop and engine; where state is durable also both without that.
std::vector<TcpSystem> systems_of(const TcpJob& job, const LoadPoint& point,
                                  const SuiteOptions& options) {
  std::vector<TcpSystem> systems;
  for (bool with_state : {true, false}) {
    if (!with_state && !job.is_durable) continue;
    systems.push_back(floor_of(job, point, with_state, options));
    systems.push_back(engine_of(job, point, with_state, options));
  }
  return systems;
}

void run_point(const TcpJob& job, const LoadPoint& point, const SuiteOptions& options,
               Results& results) {
  std::vector<Series> all = run_in_turn(systems_of(job, point, options), job, point, options);
  const LatencyLimits ratio{point.has_target ? job.p50_limit : 0,
                            point.has_target ? job.p99_limit : 0};
  add_latency_figures(all[1], all[0], {}, ratio, results);
  if (job.is_durable)
    add_ratio(all[1], all[3], 0.99, "TCP: p99 with durable epochs to p99 without", 1.2, results);
  for (Series& series : all) results.series.push_back(std::move(series));
}

}  // namespace

void run_over_tcp(const TcpJob& job, const SuiteOptions& options, Results& results) {
  const TcpLoad load;
  const Scratch scratch;
  const std::vector<std::string> command =
      engine_of(job, job.points.front(), false, options).command(load, scratch);
  if (const std::string reason = refusal(command[2], options); !reason.empty()) {
    results.missing.push_back({job.name + " over TCP", reason});
    return;
  }
  pin_to_core(0);
  for (const LoadPoint& point : job.points) run_point(job, point, options, results);
}

}  // namespace millrace::bench
