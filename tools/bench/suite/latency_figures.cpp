#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

/// Ratios of slices that ran one after the other.
std::vector<double> ratios(const Series& engine, const Series& floor, double quantile) {
  const std::vector<double> above = engine.quantiles(quantile), below = floor.quantiles(quantile);
  std::vector<double> result;
  for (std::size_t i = 0; i < above.size() && i < below.size(); ++i)
    if (below[i] > 0) result.push_back(above[i] / below[i]);
  return result;
}

std::string place_of(const Series& series) {
  return fmt::format("{}, {:.0f}/s, {}", series.transport, series.rate, series.idle);
}

void add_cost(const Series& engine, Results& results) {
  std::vector<double> costs;
  for (const Slice& slice : engine.slices)
    if (slice.num_sent > 0)
      costs.push_back(static_cast<double>(slice.cost.cpu_ns) / 1e3 /
                      static_cast<double>(slice.num_sent));
  if (engine.idle == "park" && !costs.empty())
    results.figures.push_back(make_figure(engine.job, place_of(engine) + ": CPU",
                                          "CPU seconds per million", std::move(costs)));
}

}  // namespace

void add_ratio(const Series& above, const Series& below, double quantile, std::string name,
               double limit, Results& results) {
  std::vector<double> values = ratios(above, below, quantile);
  if (values.empty()) return;
  Figure figure = make_figure(above.job, std::move(name), "x", std::move(values));
  if (limit > 0) {
    figure.limit = limit;
    figure.target = fmt::format("<= {:.1f}", limit);
  }
  results.figures.push_back(std::move(figure));
}

void take_latencies(const LoadResult& load, Slice& slice) {
  std::map<std::int64_t, Histogram> moments;
  constexpr std::int64_t kMomentNs = 100'000'000;
  for (std::size_t i = 0; i < load.latencies_ns.size(); ++i) {
    slice.latency.add(load.latencies_ns[i]);
    moments[load.due_ns[i] / kMomentNs].add(load.latencies_ns[i]);
  }
  for (const auto& [number, histogram] : moments)
    slice.moments.push_back({static_cast<double>(number) / 10, histogram.at_quantile(0.5),
                             histogram.at_quantile(0.99), histogram.at_quantile(1)});
  for (std::int64_t late : load.lateness_ns) slice.lateness.add(late);
  slice.num_sent = load.num_sent;
  slice.num_returned = load.num_returned;
  slice.num_expected = load.num_expected;
  slice.disturbance.largest_gap_ns = load.largest_gap_ns;
}

void add_latency_figures(const Series& engine, const Series& floor, double p50_limit,
                         double p99_limit, Results& results) {
  const auto add = [&](double quantile, const char* name) {
    results.figures.push_back(make_figure(engine.job, fmt::format("{}: {}", place_of(engine), name),
                                          "us", engine.quantiles(quantile)));
  };
  add(0.5, "p50");
  add(0.99, "p99");
  add(0.999, "p99.9");
  if (engine.idle == floor.idle) {
    add_ratio(engine, floor, 0.5, place_of(engine) + ": p50 to floor", p50_limit, results);
    add_ratio(engine, floor, 0.99, place_of(engine) + ": p99 to floor", p99_limit, results);
  }
  add_cost(engine, results);
}

}  // namespace millrace::bench
