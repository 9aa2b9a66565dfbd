#include "tools/bench/suite/results.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace millrace::bench {

using nlohmann::json;

namespace {

constexpr double kQuantiles[] = {0.5, 0.9, 0.99, 0.999, 0.9999, 1};

double micros(std::int64_t ns) { return static_cast<double>(ns) / 1000; }

json quantiles_of(const Histogram& histogram) {
  json result = json::array();
  for (double quantile : kQuantiles)
    result.push_back({quantile, micros(histogram.at_quantile(quantile))});
  return result;
}

json to_json(const Slice& slice) {
  json moments = json::array();
  for (const Moment& moment : slice.moments)
    moments.push_back(
        {moment.seconds, micros(moment.p50_ns), micros(moment.p99_ns), micros(moment.max_ns)});
  const double millions = static_cast<double>(slice.num_sent) / 1e6;
  json result{{"dirty", slice.disturbance.is_dirty()},
          {"run_delay_share", slice.disturbance.run_delay_share},
          {"steal_share", slice.disturbance.steal_share},
          {"largest_gap_us", micros(slice.disturbance.largest_gap_ns)},
          {"sent", slice.num_sent},
          {"returned", slice.num_returned},
          {"expected", slice.num_expected},
          {"complete", slice.is_complete()},
          {"latency_us", quantiles_of(slice.latency.all())},
          {"calm_share", slice.latency.calm_share()},
          {"calm_latency_us", quantiles_of(slice.latency.calm())},
          {"lateness_us", quantiles_of(slice.lateness)},
          {"cpu_seconds_per_million",
           millions > 0 ? static_cast<double>(slice.cost.cpu_ns) / 1e9 / millions : 0},
          {"waits", slice.cost.num_waits},
          {"preemptions", slice.cost.num_preemptions},
          {"resident_kib", slice.cost.resident_kib},
          {"moments", moments}};
  if (slice.allocations_per_record) result["allocations_per_record"] = *slice.allocations_per_record;
  return result;
}

json to_json(const Series& series) {
  Histogram all, clean, calm;
  json slices = json::array();
  for (const Slice& slice : series.slices) {
    all.merge(slice.latency.all());
    calm.merge(slice.latency.calm());
    if (!slice.disturbance.is_dirty()) clean.merge(slice.latency.all());
    slices.push_back(to_json(slice));
  }
  return {{"job", series.job},
          {"transport", series.transport},
          {"idle", series.idle},
          {"arrivals", series.arrivals},
          {"rate", series.rate},
          {"system", series.system},
          {"latency_us", quantiles_of(all)},
          {"clean_latency_us", quantiles_of(clean)},
          {"clean_count", clean.count()},
          {"histogram_ns", all.dump()},
          {"calm_histogram_ns", calm.dump()},
          {"slices", slices}};
}

json to_json(const Figure& figure) {
  json result{{"job", figure.job},
              {"name", figure.name},
              {"unit", figure.unit},
              {"value", figure.value},
              {"low", figure.low},
              {"high", figure.high},
              {"target", figure.target},
              {"less_is_better", figure.less_is_better},
              {"reached", nullptr},
              {"engine_us", nullptr},
              {"floor_us", nullptr}};
  if (figure.engine_us) result["engine_us"] = *figure.engine_us;
  if (figure.floor_us) result["floor_us"] = *figure.floor_us;
  if (const auto reached = figure.is_reached()) result["reached"] = *reached;
  return result;
}

template <class T>
json list_of(const std::vector<T>& values) {
  json result = json::array();
  for (const T& value : values) result.push_back(to_json(value));
  return result;
}

}  // namespace

std::vector<double> Series::quantiles(double quantile) const {
  std::vector<double> result;
  for (const Slice& slice : slices)
    result.push_back(micros(slice.latency.judged(quantile).at_quantile(quantile)));
  return result;
}

Figure make_figure(std::string job, std::string name, std::string unit,
                   std::vector<double> values) {
  std::sort(values.begin(), values.end());
  Figure figure;
  figure.job = std::move(job);
  figure.name = std::move(name);
  figure.unit = std::move(unit);
  figure.value = values[values.size() / 2];
  figure.low = values[values.size() / 4];
  figure.high = values[values.size() * 3 / 4];
  return figure;
}

json to_json(const Results& results, const json& environment) {
  json missing = json::array();
  for (const Missing& one : results.missing)
    missing.push_back({{"job", one.job}, {"reason", one.reason}});
  return {{"format", 1},
          {"environment", environment},
          {"figures", list_of(results.figures)},
          {"missing", missing},
          {"series", list_of(results.series)}};
}

}  // namespace millrace::bench
