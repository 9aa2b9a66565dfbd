#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/bench/medians.hpp"
#include "tools/bench/suite/suite.hpp"

namespace millrace::bench {

namespace {

/// Ratios of slices that ran one after the other.
std::vector<double> ratios(const Series& engine, const Series& floor, double quantile) {
  std::vector<double> result;
  for (std::size_t i = 0; i < engine.slices.size() && i < floor.slices.size(); ++i) {
    const double ratio = ratio_of(engine.slices[i].latency, floor.slices[i].latency, quantile);
    if (ratio > 0) result.push_back(ratio);
  }
  return result;
}

std::string place_of(const Series& series) {
  return fmt::format("{}, {:.0f}/s, {}", series.transport, series.rate, series.idle);
}

std::optional<double> median_us(const Series& series, double quantile) {
  std::vector<double> values = series.quantiles(quantile);
  if (values.empty()) return std::nullopt;
  return median(std::move(values));
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

/// False, and said in the results, when a system did not keep up: its quantiles would be of those that came back.
bool all_came_back(const Series& series, Results& results) {
  const auto num_complete = std::count_if(series.slices.begin(), series.slices.end(),
                                          [](const Slice& slice) { return slice.is_complete(); });
  if (num_complete == static_cast<std::ptrdiff_t>(series.slices.size())) return true;
  const std::string reason =
      fmt::format("{}: records did not come back in {} of {} slices", series.system,
                  series.slices.size() - static_cast<std::size_t>(num_complete), series.slices.size());
  if (results.missing.empty() || results.missing.back().reason != reason)
    results.missing.push_back({series.job + " " + place_of(series), reason});
  return false;
}

void add_latency(const Series& engine, const Series& floor, double quantile, const char* name,
                 double limit_us, Results& results) {
  Figure figure = make_figure(engine.job, fmt::format("{}: {}", place_of(engine), name), "us",
                              engine.quantiles(quantile));
  figure.floor_us = median_us(floor, quantile);
  hold_to(figure, limit_us);
  results.figures.push_back(std::move(figure));
}

}  // namespace

const char* name_of(Arrivals arrivals) {
  return arrivals == Arrivals::Constant ? "constant" : "poisson";
}

void hold_to(Figure& figure, double limit) {
  if (limit <= 0) return;
  figure.limit = limit;
  figure.target = fmt::format("{} {}", figure.less_is_better ? "<=" : ">=", limit);
}

void add_ratio(const Series& above, const Series& below, double quantile, std::string name,
               double limit, Results& results) {
  if (!all_came_back(above, results) || !all_came_back(below, results)) return;
  std::vector<double> values = ratios(above, below, quantile);
  if (values.empty()) return;
  Figure figure = make_figure(above.job, std::move(name), "x", std::move(values));
  figure.engine_us = median_us(above, quantile);
  figure.floor_us = median_us(below, quantile);
  hold_to(figure, limit);
  results.figures.push_back(std::move(figure));
}

void take_latencies(std::span<const TimedRecord> records, std::int64_t counted_from_ns,
                    const DisturbanceWatch& watch, Slice& slice) {
  std::map<std::int64_t, Histogram> moments;
  constexpr std::int64_t kMomentNs = 100'000'000;
  for (const auto& [due_ns, latency_ns] : records) {
    slice.latency.add(latency_ns, !watch.was_disturbed(due_ns));
    moments[(due_ns - counted_from_ns) / kMomentNs].add(latency_ns);
  }
  for (const auto& [number, histogram] : moments)
    slice.moments.push_back({static_cast<double>(number) / 10, histogram.at_quantile(0.5),
                             histogram.at_quantile(0.99), histogram.at_quantile(1)});
}

void take_load(const LoadResult& load, const DisturbanceWatch& disturbances, Slice& slice) {
  take_latencies(load.records, load.counted_from_ns, disturbances, slice);
  for (std::int64_t late : load.lateness_ns) slice.lateness.add(late);
  slice.num_sent = load.num_sent;
  slice.num_returned = load.num_returned;
  slice.num_expected = load.num_expected;
  slice.disturbance.largest_gap_ns = load.largest_gap_ns;
}

void add_latency_figures(const Series& engine, const Series& floor, const LatencyLimits& micros,
                         const LatencyLimits& ratio, Results& results) {
  if (!all_came_back(floor, results) || !all_came_back(engine, results)) return;
  add_latency(engine, floor, 0.5, "p50", micros.p50, results);
  add_latency(engine, floor, 0.99, "p99", micros.p99, results);
  add_latency(engine, floor, 0.999, "p99.9", 0, results);
  const std::string place = place_of(engine);
  add_ratio(engine, floor, 0.5, place + ": p50 to floor", ratio.p50, results);
  add_ratio(engine, floor, 0.99, place + ": p99 to floor", ratio.p99, results);
  if (ratio.p999 > 0)
    add_ratio(engine, floor, 0.999, place + ": p99.9 to floor", ratio.p999, results);
  add_cost(engine, results);
}

}  // namespace millrace::bench
