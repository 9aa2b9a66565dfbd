#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/histogram.hpp"
#include "tools/bench/suite/process_probe.hpp"

namespace millrace::bench {

/// What 100 ms of a slice looked like.
struct Moment {
  double seconds = 0;  // since the slice began to count
  std::int64_t p50_ns = 0, p99_ns = 0, max_ns = 0;
};

/// One system under one load for a second or a few.
struct Slice {
  Latencies latency;
  Latencies while_building;  // of records that were due while a base image was being built
  Histogram lateness;
  std::vector<Moment> moments;
  Disturbance disturbance;
  ProcessCost cost;  // of the system under test, warm-up included
  std::int64_t num_sent = 0, num_returned = 0, num_expected = 0;
  std::optional<double> allocations_per_record{};  // while it counted; only known of this process
  bool is_complete() const { return num_returned >= num_expected && latency.all().count() > 0; }
};

/// The slices of one system under one load.
struct Series {
  std::string job, transport, idle, arrivals;
  double rate = 0;
  std::string system;  // engine, floor ...
  std::vector<Slice> slices;

  /// Of each slice, microseconds; of its calm records where they are enough.
  std::vector<double> quantiles(double quantile) const;
};

/// One number with its spread over the slices, and what it should be.
struct Figure {
  std::string job, name, unit;
  double value = 0, low = 0, high = 0;  // median and the quartiles
  std::string target;                   // text; empty: none
  std::optional<double> limit;
  bool less_is_better = true;
  // Of a latency or a ratio of latencies: medians of what was divided, microseconds.
  std::optional<double> engine_us{}, floor_us{};

  std::optional<bool> is_reached() const {
    if (!limit) return std::nullopt;
    return less_is_better ? value <= *limit : value >= *limit;
  }
};
/// Median and quartiles of `values`. Requires: at least one.
Figure make_figure(std::string job, std::string name, std::string unit, std::vector<double> values);

/// A job or query that this engine cannot run, and why.
struct Missing {
  std::string job, reason;
};

/// Everything that a run found.
struct Results {
  std::vector<Series> series;
  std::vector<Figure> figures;
  std::vector<Missing> missing;
};

/// The results file; `docs/benchmarks/README.md` names its keys.
nlohmann::json to_json(const Results& results, const nlohmann::json& environment);

}  // namespace millrace::bench
