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

/// `above` while base images were being built, against all of `below`.
void add_ratio_while_building(const Series& above, const Series& below, double quantile,
                              const std::string& name, double limit, Results& results) {
  std::vector<double> values;
  for (std::size_t i = 0; i < above.slices.size() && i < below.slices.size(); ++i) {
    const double ratio =
        ratio_of(above.slices[i].while_building, below.slices[i].latency, quantile);
    if (ratio > 0) values.push_back(ratio);
  }
  if (values.empty()) return results.missing.push_back({above.job, name + ": no base image was built"});
  Figure figure = make_figure(above.job, name, "x", std::move(values));
  hold_to(figure, limit);
  results.figures.push_back(std::move(figure));
}

/// Slices that are long enough for base images.
void run_while_building(const TcpJob& job, SuiteOptions options, Results& results) {
  const LoadPoint& point = job.points.front();
  options.seconds = std::max(options.seconds, 6.0);
  options.rounds = (options.rounds + 1) / 2;
  std::vector<TcpSystem> systems{floor_of(job, point, true, options),
                                 engine_of(job, point, true, options),
                                 engine_of(job, point, false, options)};
  const std::vector<Series> all = run_in_turn(systems, job, point, options);
  const std::string place = "TCP, while a base image is built: ";
  add_ratio_while_building(all[1], all[0], 0.5, place + "p50 to floor", job.p50_limit, results);
  add_ratio_while_building(all[1], all[0], 0.99, place + "p99 to floor", job.p99_limit, results);
  add_ratio_while_building(all[1], all[2], 0.99, place + "p99 to p99 without durable epochs", 1.2, results);
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
  for (const LoadPoint& point : job.points) run_point(job, point, options, results);
  if (job.is_durable) run_while_building(job, options, results);
}

}  // namespace millrace::bench
