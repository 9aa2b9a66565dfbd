#pragma once

#include "metrics/latency_histogram.hpp"
#include "tools/fraud/transaction.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace millrace::fraud {

/// Quantiles of a latency, nanoseconds.
struct Quantiles {
  std::int64_t p50 = 0;
  std::int64_t p99 = 0;
  std::int64_t p999 = 0;
};
Quantiles quantiles_of(const LatencyHistogram& histogram);

/// What decisions were worth, measured by the labels that the detector does not see. An alert is
/// every decision other than `approve`.
struct Detection {
  struct OfScenario {
    std::int64_t frauds = 0;
    std::int64_t caught = 0;
  };
  std::int64_t payments = 0;
  std::int64_t frauds = 0;
  std::int64_t caught = 0;
  std::int64_t false_alarms = 0;
  std::int64_t saved_cents = 0;  // frauds that were caught
  std::int64_t lost_cents = 0;   // frauds that were approved
  std::array<OfScenario, kScenarioNames.size()> by_scenario{};

  void add(const Transaction& payment, bool is_alert);
  double precision() const;
  double recall() const;
};

/// One moment of a load that runs: plain data, safe to hand to another thread.
struct LoadReport {
  double seconds = 0;  // since the start
  std::int64_t sent = 0;
  std::int64_t payments = 0;  // of what was sent
  std::int64_t decisions = 0;
  std::int64_t waiting = 0;    // payments without a decision
  std::int64_t repeated = 0;   // decisions that came a second time, after a restart
  std::int64_t undecided = 0;  // payments that will never get one
  std::int64_t committed = 0;  // records that the engine has acknowledged
  std::int64_t connections = 0;
  bool connected = false;
  Quantiles latency;             // of all, without outages
  Quantiles recent;              // since the last report
  Quantiles lateness;            // of the load itself: sent after the time that was meant
  double rate = 0;               // decisions a second since the last report
  std::int64_t num_outages = 0;  // lost connections that are over
  double last_outage_ms = 0;     // from the lost connection to the next decision
  std::int64_t sent_again = 0;   // records
  Detection detection;
};

}  // namespace millrace::fraud
